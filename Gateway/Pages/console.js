// One page for the operator: which part of it is shown, and the stream that keeps it as things are.

import { get, key, overviews, Refusal } from './api.js';
import * as overview from './overview.js';
import * as requests from './requests.js';

const comeAgainMs = 3000;
const sections = ['sign-in', 'overview', 'requests', 'request'];
const at = id => document.getElementById(id);
const say = text => { at('connection').textContent = text; };

let stream = null;

function show(id) {
  for (const section of sections) at(section).hidden = section !== id;
  at('leave').hidden = id === 'sign-in';
  document.title = `${at(id).querySelector('h2').textContent} – Orleans.VideoGen`;
}

async function route() {
  stream?.abort();
  stream = null;
  if (!key.get()) return show('sign-in');
  const [, page, id] = location.hash.split('/');
  try {
    if (page !== 'requests') {
      show('overview');
      await follow();
    } else if (id) {
      show('request');
      say('');
      await requests.show(decodeURIComponent(id));
    } else {
      show('requests');
      say('');
      await requests.search(at('requests').querySelector('form'));
    }
  } catch (trouble) {
    refused(trouble, page === 'requests' && id ? at('record') : at('found'));
  }
}

function refused(trouble, place) {
  if (trouble instanceof Refusal && (trouble.status === 401 || trouble.status === 403)) return leave(trouble.message);
  place.textContent = trouble.message;
}

async function follow() {
  const mine = new AbortController();
  stream = mine;
  while (!mine.signal.aborted) {
    try {
      for await (const now of overviews(mine.signal)) {
        say('Live');
        overview.show(now);
      }
    } catch (trouble) {
      if (mine.signal.aborted) return;
      if (trouble instanceof Refusal && (trouble.status === 401 || trouble.status === 403)) return leave(trouble.message);
      say(`Not live: ${trouble.message}`);
    }
    await new Promise(again => setTimeout(again, comeAgainMs));
  }
}

function leave(why = '') {
  key.forget();
  stream?.abort();
  say('');
  at('sign-in').querySelector('.wrong').textContent = why;
  show('sign-in');
  at('key').focus();
}

at('sign-in').querySelector('form').addEventListener('submit', async event => {
  event.preventDefault();
  key.set(at('key').value.trim());
  try {
    await get('pauses');
    at('key').value = '';
    at('sign-in').querySelector('.wrong').textContent = '';
    await route();
    at('main').focus();
  } catch (trouble) {
    leave(trouble.message);
  }
});

at('requests').querySelector('form').addEventListener('submit', event => {
  event.preventDefault();
  requests.search(event.target).catch(trouble => refused(trouble, at('found')));
});

at('leave').addEventListener('click', () => leave());
at('pause').addEventListener('click', overview.pause);
addEventListener('hashchange', () => {
  at('main').focus();
  route();
});
route();
