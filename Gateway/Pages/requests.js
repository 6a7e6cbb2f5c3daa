// Finding requests, and all that is on record of one.

import { file, get, post } from './api.js';
import { ask } from './ask.js';
import { fill, make, table, usd, when } from './dom.js';
import { actions } from './overview.js';

let shown = []; // Addresses of files, to be given back.

/** Searches, and shows a page. */
export async function search(form, before) {
  const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
  if (before) said.set('before', before);
  const { requests, next } = await get(`requests?${said}`);
  fill(document.getElementById('found'),
    requests.length === 0 ? make('p', {}, 'There is none.') : table('Requests, the newest first', ['Asked', 'Whose', 'Status', 'Model', 'Price $', 'Prompt'], requests.map(one => [
      when(one.asked_at), `${one.client} / ${one.user}`, badge(one.status ?? one.state, one.ending), one.model ?? '–', usd(one.price_usd),
      make('a', { href: `#/requests/${encodeURIComponent(one.id)}` }, one.prompt || one.id),
    ])),
    next ? make('button', { type: 'button', onclick: () => search(form, next) }, 'The next page') : null);
}

function badge(word, ending) {
  const kind = ending === 'rejected' || ending === 'dead_lettered' ? 'bad' : word === 'completed' ? 'good' : word === 'failed' ? 'bad' : 'warn';
  return make('span', { class: `badge ${kind}` }, ending === 'rejected' ? 'content policy' : ending === 'dead_lettered' ? 'waits for a person' : word.replaceAll('_', ' '));
}

/** Shows one, whole. */
export async function show(id) {
  shown.forEach(address => URL.revokeObjectURL(address));
  shown = [];
  const record = document.getElementById('record');
  record.replaceChildren(make('p', {}, 'Loading…'));
  const { history, decision } = await get(`requests/${encodeURIComponent(id)}`);
  const again = () => show(id);
  const round = history.rounds.find(one => one.id === id) ?? history.rounds.at(-1);
  record.replaceChildren(...[
    make('p', {}, make('a', { href: '#/requests' }, 'All requests'), ` · ${history.client} / ${history.user} · `, make('code', {}, id)),
    make('blockquote', { class: 'prompt' }, history.prompt || 'Its user was erased.'),
    make('p', {}, badge(round.status ?? round.state, round.ending)),
    policy(round),
    buttons(history, round, again),
    media(id, round),
    decided(decision),
    ...history.rounds.toReversed().map(one => attempts(one, history)),
  ].filter(part => part !== null));
}

function policy(round) {
  if (round.ending !== 'rejected') return null;
  return make('section', { 'aria-label': 'Content policy' },
    make('h3', {}, 'Content policy'),
    make('p', {}, round.failure?.detail ?? 'The provider refused it.'),
    make('p', { class: 'soft' }, `Paid: ${round.charge?.charged ?? 'unknown'}. ${round.charge?.evidence ?? ''}`));
}

function buttons(history, round, again) {
  if (history.dead_letter) return make('p', {}, ...actions({ id: round.id, charged: round.charge?.charged, price_usd: round.price_usd }, again));
  if (round.status === 'completed' || round.status === 'failed' || !round.status) return null;
  return make('p', {}, make('button', {
    type: 'button', class: 'danger',
    onclick: () => ask('Cancel', 'It is stopped at its provider where that can be.', 'Cancel it', [], async () => {
      await post(`requests/${encodeURIComponent(round.id)}/cancel`);
      await again();
    }),
  }, 'Cancel…'));
}

function media(id, round) {
  if (round.ending !== 'completed' || round.deleted) return null;
  const picture = make('img', { alt: 'A frame of the video' });
  const place = make('div', { class: 'media' }, picture);
  const path = `requests/${encodeURIComponent(id)}/content`;
  const load = async (variant, into) => {
    const address = await file(`${path}?variant=${variant}`);
    shown.push(address);
    into.src = address;
  };
  load('thumbnail', picture).catch(() => picture.remove());
  place.append(make('p', {}, make('button', {
    type: 'button',
    onclick: async event => {
      const player = make('video', { controls: true, 'aria-label': 'The video' });
      event.target.disabled = true;
      try {
        await load('video', player);
        event.target.parentElement.replaceWith(player);
        player.focus();
      } catch (trouble) {
        event.target.parentElement.replaceChildren(make('span', { class: 'wrong', role: 'alert' }, trouble.message));
      }
    },
  }, 'Play the video')));
  return place;
}

function decided(decision) {
  if (!decision) return null;
  return make('section', { 'aria-label': 'Why it is where it is' },
    make('h3', {}, 'Why it is where it is'),
    make('ol', { class: 'timeline' }, decision.steps.map(step => make('li', {}, when(new Date(step.at * 1000).toISOString()), ` ${step.message}`))),
    make('p', {}, `The same ask now: ${decision.asked_now.message}`),
    make('p', {}, `Its money: ${decision.money.state.replaceAll('_', ' ')}, ${usd(decision.money.usd)}. ${decision.money.evidence ?? ''}`));
}

const words = { asked: 'asked for', admitted: 'admitted', submitted: 'sent', running: 'taken by the provider', saving: 'rendered' };

function attempts(round, history) {
  const steps = Object.entries(round.stages ?? {}).filter(([, at]) => at).map(([name, at]) => [at, words[name]]);
  (round.sent ?? []).forEach((at, index) => steps.push([at, `sent: intent ${index + 1}`]));
  const jobs = history.jobs.filter(job => job.round === round.round);
  jobs.forEach(job => steps.push([job.claimed_at, `attempt ${job.attempt}: job ${job.job_id} at ${job.provider}`]));
  if (round.ending && round.since) steps.push([round.since, `ended: ${round.ending.replaceAll('_', ' ')}`]);
  steps.sort(([a], [b]) => new Date(a) - new Date(b));
  const money = history.money.filter(one => one.round === round.round);
  return make('section', { 'aria-label': `Round ${round.round}` },
    make('h3', {}, `Round ${round.round}: ${round.model ?? ''} at ${round.provider ?? '–'}, ${usd(round.price_usd)}`),
    make('ol', { class: 'timeline' }, steps.map(([at, text]) => make('li', {}, when(at), ` ${text}`))),
    table(`What round ${round.round} cost`, ['What', 'State', 'Amount $', 'Reserved $'], money.length === 0 ? [['nothing', '–', '–', '–']] : money.map(one => [
      one.job_id ? `job ${one.job_id} that nobody waited for` : 'the round', one.state.replaceAll('_', ' '), usd(one.usd), usd(one.reserved_usd),
    ])),
    round.charge ? make('p', {}, `Paid: ${round.charge.charged}. ${round.charge.evidence}`) : null,
    round.failure ? make('p', { class: 'soft' }, `${round.failure.kind}: ${round.failure.detail}`) : null,
    round.discarded ? make('p', { class: 'soft' }, `Discarded: ${round.discarded}`) : null);
}
