// The calls of /api/admin. The key is kept by this tab alone, and goes in a header that no page of others can send.

const kept = 'videogen.operator';

export const key = {
  get: () => sessionStorage.getItem(kept),
  set: value => sessionStorage.setItem(kept, value),
  forget: () => sessionStorage.removeItem(kept),
};

/** A refusal, with the host's own sentence. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function send(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/api/admin/${path}`, { ...options, headers: { ...options.headers, Authorization: `Bearer ${key.get()}` }, cache: 'no-store' });
  } catch (trouble) {
    if (options.signal?.aborted) throw trouble;
    throw new Refusal(0, 'The host does not answer.');
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => null);
  throw new Refusal(answer.status, problem?.detail ?? `The host answered ${answer.status}.`);
}

export const get = async path => (await send(path)).json();

export const post = async (path, body = {}) => (await send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })).json();

/** A file of a video as an address that this page may show; the caller revokes it. */
export const file = async path => URL.createObjectURL(await (await send(path)).blob());

/** The overview as it is, and again whenever it is different, until the signal says stop. */
export async function* overviews(signal) {
  const answer = await send('events', { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).split('\n').filter(line => line.startsWith('data:')).map(line => line.slice(5).trim()).join('\n');
      text = text.slice(end + 2);
      if (data) yield JSON.parse(data);
    }
  }
}
