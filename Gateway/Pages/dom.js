// What the pages are made of. Text is set as text and never as markup: whatever stands in a prompt stays a prompt.

/** An element with attributes, properties that begin with "on", and children: elements or texts. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

/** The same of SVG. */
export function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A table with a caption for those who hear it; cells are elements or texts. A column that ends in "$" or "#" has numbers. */
export function table(caption, columns, rows) {
  const isNumber = column => /[$#]$/.test(column);
  const title = column => column.replace(/ [$#]$/, '');
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    make('table', {},
      make('thead', {}, make('tr', {}, columns.map(column => make('th', { scope: 'col', class: isNumber(column) ? 'number' : null }, title(column))))),
      make('tbody', {}, rows.map(row => make('tr', {}, row.map((cell, at) => make('td', { class: isNumber(columns[at]) ? 'number' : null }, ...[cell].flat())))))));
}

export const usd = amount => amount === null || amount === undefined ? '–' : `$${Number(amount).toFixed(2)}`;

export const when = moment => moment ? make('time', { datetime: moment }, new Date(moment).toLocaleString()) : '–';

export const seconds = value => value === null || value === undefined ? '–' : value < 120 ? `${Math.round(value)} s` : `${(value / 60).toFixed(1)} min`;

/** Puts new children in an element, unless that would take the focus away from whoever is in it. */
export function fill(element, ...children) {
  if (element.contains(document.activeElement) && document.activeElement !== element && element.dataset.keeps === 'focus') return;
  element.replaceChildren(...children.flat().filter(child => child !== null && child !== undefined));
}
