// Drives a server as a program does that was written for Replicate: the client is unchanged but for its address.
// Prints one JSON object. Arguments: the address, and what to do.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import Replicate, { validateWebhook } from 'replicate';
import { webcrypto } from 'node:crypto';

const [address, story] = process.argv.slice(2);
const replicate = new Replicate({ auth: 'sk-fake-of-the-vendors-client', baseUrl: `${address}/v1`, useFileOutput: false });
const model = 'acme/boats';

const told = prediction => ({ id: prediction.id, status: prediction.status, error: prediction.error, output: prediction.output, input: prediction.input, source: prediction.source });

const stories = {
  async everything() {
    const created = await replicate.predictions.create({ model, input: { prompt: 'A small red boat', duration: 4 } });
    const polled = await replicate.wait(created, { interval: 50 });
    const file = await fetch(polled.output[0]);
    const head = Buffer.from(await file.arrayBuffer()).subarray(4, 8).toString();
    const run = await replicate.run(model, { input: { prompt: 'Another small red boat' }, wait: { mode: 'poll', interval: 50 } });
    const listed = (await replicate.predictions.list()).results.map(prediction => prediction.id);
    return { created: told(created), polled: told(polled), head, run, listed };
  },
  async version() {
    return told(await replicate.predictions.create({ version: '9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426', input: { prompt: 'A small red boat' } }));
  },
  async failure() {
    const { id } = await replicate.predictions.create({ model, input: { prompt: 'A boat ending:rejected' } });
    let rejected = await replicate.predictions.get(id); // Its own wait throws what it has seen fail.
    while (rejected.status !== 'failed') {
      await setTimeout(50);
      rejected = await replicate.predictions.get(id);
    }

    const refused = async input => {
      try {
        await replicate.predictions.create({ model, input });
      } catch (error) {
        return { kind: error.constructor.name, status: error.response.status };
      }
    };
    return { rejected: told(rejected), nothing: await refused({}), policy: await refused({ prompt: 'A boat fault:policy' }) };
  },
  async cancel() {
    const created = await replicate.predictions.create({ model, input: { prompt: 'A slow boat takes:600000' } });
    const cancelled = await replicate.predictions.cancel(created.id);
    return { created: told(created), cancelled: told(cancelled), after: told(await replicate.predictions.get(created.id)) };
  },
  async webhook() {
    const { key } = await replicate.webhooks.default.secret.get();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const webhook = `http://127.0.0.1:${server.address().port}/here?and=there`;
    const created = await replicate.predictions.create({ model, input: { prompt: 'A boat that calls' }, webhook, webhook_events_filter: ['completed'] });
    const [request, response] = await once(server, 'request');
    const body = Buffer.concat(await request.toArray()).toString();
    const { headers } = request;
    const valid = secret => validateWebhook({ id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'], body, secret }, webcrypto);
    const answer = { created: told(created), path: request.url, called: told(JSON.parse(body)), valid: await valid(key), other: await valid('whsec_' + Buffer.alloc(32).toString('base64')) };
    response.end();
    server.close();
    return answer;
  },
};

console.log(JSON.stringify(await stories[story]()));
