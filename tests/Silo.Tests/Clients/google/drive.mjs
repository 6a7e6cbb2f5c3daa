// Drives a server as a program does that was written for Vertex AI: the client is unchanged but for its address and where its token comes from.
// Prints one JSON object. Arguments: the address, what to do, and the token.
import { GoogleGenAI } from '@google/genai';

const [address, story, token] = process.argv.slice(2);
const authClient = { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${token}` }), getAccessToken: async () => ({ token }) };
const client = new GoogleGenAI({
  vertexai: true, project: 'p', location: 'l', apiVersion: 'v1', httpOptions: { baseUrl: address }, googleAuthOptions: { authClient },
});

async function ended(prompt, config) {
  let operation = await client.models.generateVideos({ model: 'veo-3.1-generate-001', source: { prompt }, config: { numberOfVideos: 1, durationSeconds: 4, aspectRatio: '16:9', resolution: '720p', ...config } });
  const { name, done } = operation;
  for (let i = 0; i < 600 && !operation.done; i++) {
    await new Promise(resolve => setTimeout(resolve, 100));
    operation = await client.operations.getVideosOperation({ operation });
  }
  return { name, doneAtFirst: done ?? false, done: operation.done, error: operation.error, response: operation.response };
}

const stories = {
  bucket: () => ended('A small red boat', { outputGcsUri: 'gs://a-bucket/folder/client' }),
  inline: () => ended('A small red boat'),
  filtered: () => ended('A small red boat ending:rejected'),
  failed: () => ended('A small red boat ending:failed'),
  async refused() {
    try {
      return await ended('A small red boat fault:policy');
    } catch (error) {
      return { kind: error.constructor.name, status: error.status, message: error.message };
    }
  },
};

console.log(JSON.stringify(await stories[story]()));
