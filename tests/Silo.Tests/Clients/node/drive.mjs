// Drives a server as a program does that was written for the official service: the client is unchanged but for its address.
// Prints one JSON object. Arguments: the address, and what to do.
import { File } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';

globalThis.File ??= File; // Before Node 20 these were not global yet.
globalThis.crypto ??= webcrypto;

const [address, story] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'none' });

// One grey pixel.
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64');

async function ended(id) {
  for (let i = 0; i < 300; i++) {
    const video = await client.videos.retrieve(id, { query: { wait: 20 } });
    if (video.status === 'completed' || video.status === 'failed') return video;
  }
  throw new Error(`${id} did not end`);
}

const stories = {
  async everything() {
    const created = await client.videos.create({ prompt: 'A calico cat playing a piano on stage', size: '320x180', seconds: '1' });
    const video = await ended(created.id);
    const content = Buffer.from(await (await client.videos.downloadContent(video.id)).arrayBuffer());
    const remix = await ended((await client.videos.remix(video.id, { prompt: 'Extend the scene with the cat taking a bow' })).id);
    const picture = await toFile(pixel, 'pixel.png', { type: 'image/png' });
    const other = await ended((await client.videos.create({ prompt: 'A dog', size: '320x180', seconds: '1', input_reference: picture })).id);
    const listed = [];
    for await (const one of client.videos.list({ limit: 2, order: 'desc' })) listed.push(one.id);
    const deleted = await client.videos.delete(other.id);
    let gone;
    try {
      await client.videos.retrieve(other.id);
    } catch (error) {
      gone = { kind: error.constructor.name, status: error.status, code: error.code };
    }
    return { created, video, bytes: content.length, head: content.subarray(4, 8).toString(), remix, other, listed, deleted, gone };
  },

  // Of a provider that speaks as the official service did, and not of us.
  async provider() {
    const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'sk-fake-of-the-vendors-client', maxRetries: 0 });
    const ask = { model: 'sora-2', size: '1280x720', seconds: '4' };
    const polled = async id => {
      for (;;) {
        const video = await client.videos.retrieve(id);
        if (video.status === 'completed' || video.status === 'failed') return video;
        await setTimeout(50);
      }
    };
    const refused = async call => {
      try {
        return await call();
      } catch (error) {
        return { kind: error.constructor.name, status: error.status, code: error.code };
      }
    };
    const created = await client.videos.create({ ...ask, prompt: 'A small red boat' });
    const video = await polled(created.id);
    const content = Buffer.from(await (await client.videos.downloadContent(video.id)).arrayBuffer());
    const rejected = await polled((await client.videos.create({ ...ask, prompt: 'A boat ending:rejected' })).id);
    const slow = await client.videos.create({ ...ask, prompt: 'A slow boat takes:600000' });
    const listed = [];
    for await (const one of client.videos.list({ limit: 2 })) listed.push(one.id);
    const stopped = await client.videos.delete(slow.id);
    const deleted = await client.videos.delete(video.id);
    return {
      created, video, head: content.subarray(4, 8).toString(), rejected, listed, stopped, deleted,
      after: (await client.videos.retrieve(slow.id)).status,
      gone: await refused(() => client.videos.retrieve(video.id)),
      policy: await refused(() => client.videos.create({ ...ask, prompt: 'A boat fault:policy' })),
      busy: await refused(() => client.videos.create({ ...ask, prompt: 'A boat fault:answer:429' })),
      stranger: await refused(() => new OpenAI({ baseURL: `${address}/v1`, apiKey: 'none', maxRetries: 0 }).videos.retrieve(video.id)),
    };
  },

  async create() {
    return { id: (await client.videos.create({ prompt: 'One video, please', size: '320x180', seconds: '1' })).id };
  },

  async refusal() {
    try {
      return { id: (await client.videos.create({ prompt: 'Another video', size: '320x180', seconds: '1' })).id };
    } catch (error) {
      return { kind: error.constructor.name, status: error.status, code: error.code, type: error.type, message: error.message };
    }
  },

  // What a program does with a webhook that it receives: the body as it came, its headers, and the secret.
  async unwrap() {
    const { body, headers, secret } = JSON.parse(process.argv[4]);
    try {
      return { event: await client.webhooks.unwrap(body, headers, secret) };
    } catch (error) {
      return { kind: error.constructor.name, message: error.message };
    }
  },

  async wrong() {
    try {
      return await client.videos.create({ prompt: 'x', model: 'sora-9', size: '320x180' });
    } catch (error) {
      return { kind: error.constructor.name, status: error.status, code: error.code, param: error.param };
    }
  },
};

console.log(JSON.stringify(await stories[story]()));
