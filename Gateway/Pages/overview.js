// What an operator looks at first.

import { post } from './api.js';
import { ask } from './ask.js';
import { draw, fill, make, seconds, table, usd, when } from './dom.js';

const at = id => document.getElementById(id);

const tile = (label, value, kind) => make('div', { class: 'tile' }, make('b', { class: kind }, String(value)), label);

/** Shows it. */
export function show(overview) {
  const { now, ended_today: today, last_day: day, doubt } = overview;
  fill(at('tiles'),
    tile('waiting', now.waiting), tile('running', now.running), tile('being saved', now.saving),
    tile('wait for a person', now.dead_lettered, now.dead_lettered > 0 ? 'bad' : null),
    tile('completed today', today.completed), tile('failed today', today.failed), tile('against a policy today', today.rejected), tile('cancelled today', today.cancelled));
  at('doubt').hidden = !doubt;
  at('doubt').textContent = doubt ? `Nothing is paid: ${doubt.reason} See /api/admin/reconcile.` : '';
  stages(day);
  money(overview.money, overview.days);
  week(overview.days);
  pauses(overview.pauses);
  providers(overview.providers);
  letters(overview.dead_letters);
}

function stages({ success_rate: rate, seconds: average }) {
  fill(at('stages'), table('How long completed videos took in the last 24 hours, on average', ['Stage', 'Time #'], [
    ['waiting', seconds(average.waiting)], ['at the provider', seconds(average.running)], ['being saved', seconds(average.saving)], ['together', seconds(average.together)],
    ['completed of all that ended', rate === null ? '–' : `${(rate * 100).toFixed(1)} %`],
  ]));
}

const parts = [['spent', 'spent'], ['reserved', 'reserved'], ['at risk', 'at_risk']];

const keys = (sums, extra = []) => make('ul', { class: 'key' }, parts.map(([label, name]) => make('li', {}, make('i', { class: name }), `${label} ${usd(sums[name])}`)), extra);

function money(lines, days) {
  const line = lines.find(one => /^\d{4}-\d{2}-\d{2}$/.test(one.period)) ?? lines[0];
  const prevented = days.at(-1)?.sums.prevented;
  const more = prevented ? [make('li', {}, `prevented ${usd(prevented.usd)} in ${prevented.count}`)] : [];
  if (!line) return fill(at('money'), make('p', {}, 'Nothing was paid today.'), make('ul', { class: 'key' }, more));
  const sums = { spent: line.spent_usd, reserved: line.reserved_usd, at_risk: line.at_risk_usd };
  const all = parts.reduce((sum, [, name]) => sum + sums[name], 0);
  const whole = Math.max(line.limit_usd ?? all, all) || 1;
  fill(at('money'),
    make('p', {}, line.limit_usd === null ? `${usd(all)}, and there is no cap.` : `${usd(all)} of ${usd(line.limit_usd)}; ${usd(line.remaining_usd)} left.`),
    bar(sums, whole), keys(sums, more));
}

// Widths are set by the script: the page's policy allows no styles in attributes.
function bar(sums, whole) {
  return make('div', { class: 'bar', 'aria-hidden': 'true' }, parts.map(([, name]) => {
    const part = make('span', { class: name });
    part.style.width = `${(100 * sums[name]) / whole}%`;
    return part;
  }));
}

function week(days) {
  const most = Math.max(...days.map(({ sums }) => sums.spent.usd + sums.at_risk.usd), 0.01);
  const wide = 100 / days.length;
  const chart = draw('svg', { class: 'week', viewBox: '0 0 100 60', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  days.forEach(({ sums }, index) => {
    const spent = (58 * sums.spent.usd) / most;
    const risk = (58 * sums.at_risk.usd) / most;
    chart.append(
      draw('rect', { class: 'spent', x: index * wide + 1, y: 60 - spent, width: wide - 2, height: spent }),
      draw('rect', { class: 'at_risk', x: index * wide + 1, y: 60 - spent - risk, width: wide - 2, height: risk }));
  });
  fill(at('week'), chart, table('Money of the last 7 days', ['Day', 'Spent $', 'At risk $', 'Prevented $', 'Payments #'],
    days.map(({ day, sums }) => [day, usd(sums.spent.usd), usd(sums.at_risk.usd), usd(sums.prevented.usd), sums.spent.count])));
}

function pauses(list) {
  fill(at('pauses'), list.length === 0 ? make('p', {}, 'None: what is asked for is paid.') : table('Pauses in force', ['Scope', 'Why', 'Until', ''], list.map(pause => [
    pause.scope, `${pause.reason} (${pause.kind})`, pause.until ? when(pause.until) : 'a person ends it',
    make('button', { type: 'button', 'aria-label': `Resume ${pause.scope}`, onclick: () => resume(pause.scope) }, 'Resume…'),
  ])));
}

function providers(list) {
  fill(at('providers'), table('Provider accounts', ['Account', 'Lets us in', 'Breaker', 'Slots #', 'In line #'], list.map(one => [
    one.account,
    one.lets_in === false ? [make('span', { class: 'bad' }, 'no: '), one.trouble ?? ''] : one.lets_in ? 'yes' : 'nobody asks',
    make('span', { class: one.breaker === 'closed' ? 'good' : 'bad' }, one.breaker),
    one.slots === null ? 'any' : `${one.used} of ${one.slots}`,
    one.waiting,
  ])));
}

function letters(list) {
  fill(at('letters'), list.length === 0 ? make('p', {}, 'None.') : table('What was given up and waits for a person', ['Since', 'Whose', 'Model', 'Price $', 'Paid', 'Why', ''], list.map(letter => [
    when(letter.since), `${letter.client} / ${letter.user}`, letter.model, usd(letter.price_usd), letter.charged, letter.failure.detail, actions(letter),
  ])));
}

/** What can be done with a dead letter. */
export function actions(letter, done = () => {}) {
  const path = `dead-letters/${encodeURIComponent(letter.id)}`;
  return [
    make('a', { href: `#/requests/${encodeURIComponent(letter.id)}`, 'aria-label': `Inspect ${letter.id}` }, 'Inspect'), ' ',
    make('button', {
      type: 'button', 'aria-label': `Requeue ${letter.id}`,
      onclick: () => ask('Requeue', `It goes on where it stopped${letter.charged === 'no' ? ', and is paid anew: nothing was.' : '.'}`, 'Requeue',
        letter.charged === 'unknown' ? [{ name: 'doubly', kind: 'checkbox', label: `Pay for another one, although this one may have been paid (${usd(letter.price_usd)})` }] : [],
        async ({ doubly }) => done(await post(`${path}/requeue`, doubly ? { accept_double_payment: true } : {}))),
    }, 'Requeue…'),
    make('button', {
      type: 'button', class: 'danger', 'aria-label': `Discard ${letter.id}`,
      onclick: () => ask('Discard', 'Nobody finds out any more whether it was paid. It counts as spent.', 'Discard', [{ name: 'reason', label: 'Why', required: true, most: 200 }],
        async ({ reason }) => done(await post(`${path}/discard`, { reason }))),
    }, 'Discard…'),
  ];
}

export const pause = () => ask('Pause', 'Nothing that the scope concerns is paid from then on, at any host. What is on its way goes on, unless it is cancelled too.', 'Pause', [
  { name: 'scope', label: 'Scope: global, client:CLIENT, user:CLIENT/USER or provider:ACCOUNT', value: 'global', required: true, most: 256 },
  { name: 'reason', label: 'Why, for whoever is stopped by it', required: true, most: 200 },
  { name: 'drain', kind: 'checkbox', label: 'Cancel what is on its way, too' },
], ({ scope, reason, drain }) => post('pause', { scope, reason, drain }));

const resume = scope => ask('Resume', `All pauses of ${scope} end, those of the spend breaker too. What waits is paid.`, 'Resume', [], () => post('resume', { scope }));
