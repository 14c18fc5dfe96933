import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

// Runs in the browser. GraphiQL's own fetcher does not bring the Headers tab to a socket; this one does.
const FETCHER = `
function vibelyFetcher(params, options) {
  const headers = { ...(options && options.headers) };
  const isSubscription = options && options.documentAST && options.documentAST.definitions.some((definition) =>
    definition.operation === 'subscription' && (!params.operationName || (definition.name && definition.name.value === params.operationName)));
  if (!isSubscription) {
    return fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(params) })
      .then((answer) => answer.json());
  }
  const waiting = [];
  let wake = () => {};
  let ended = false;
  const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/graphql', 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  const push = (value) => { waiting.push(value); wake(); };
  const end = () => { ended = true; wake(); };
  const credential = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  socket.onopen = () => send({ type: 'connection_init', payload: credential ? { authorization: credential[1] } : {} });
  socket.onclose = (event) => {
    if (event.code !== 1000) push({ errors: [{ message: 'The socket was closed: ' + event.code + ' ' + event.reason }] });
    end();
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: params });
    if (message.type === 'ping') send({ type: 'pong' });
    if (message.type === 'next') push(message.payload);
    if (message.type === 'error') push({ errors: message.payload });
    if (message.type === 'error' || message.type === 'complete') socket.close(1000);
  };
  return {
    [Symbol.asyncIterator]() { return this; },
    async next() {
      while (waiting.length === 0 && !ended) await new Promise((resolve) => { wake = resolve; });
      return waiting.length > 0 ? { done: false, value: waiting.shift() } : { done: true, value: undefined };
    },
    async return() { socket.close(1000); end(); return { done: true, value: undefined }; },
  };
}`

// Without a word about what to open with, GraphiQL opens an empty tab for everybody who comes back.
const FIRST_TAB = `new URLSearchParams(location.search).get('query') || localStorage.getItem('graphiql:query') || options.defaultQuery`

const RENDER = 'YogaGraphiQL.renderYogaGraphiQL('

/** GraphiQL as one page that needs nothing else: scripts, styles and workers are inside. */
async function explorerPage(defaultQuery: string): Promise<string> {
  // Nine megabytes: loaded when the first browser comes.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const page = renderGraphiQL({ title: 'Vibely', defaultQuery, endpoint: '/graphql', headers: '{}', shouldPersistHeaders: false })
  const at = page.lastIndexOf(RENDER)
  if (at < 0) throw new Error('the explorer page has changed its form')
  const ours = `{ ...options, endpoint: undefined, fetcher: vibelyFetcher, initialQuery: ${FIRST_TAB} }`
  // GraphiQL fills the window; what its editors measure out of sight would make it scroll.
  const start = page.slice(0, at).replace('</head>', '<style>body { overflow: hidden }</style></head>')
  const call = `${FETCHER}\n((root, options) => ${RENDER}root, ${ours}))(`
  return start + call + page.slice(at + RENDER.length)
}

const SANDBOX = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Vibely in Apollo Sandbox</title><style>html, body, #sandbox { height: 100%; margin: 0 } p { font: 1rem system-ui; margin: 2rem }</style></head>
<body>
<div id="sandbox"><p>Apollo Sandbox loads from Apollo's servers. Without a connection use <a href="/">the explorer of this router</a>.</p></div>
<script src="https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js"></script>
<script>
if (window.EmbeddedSandbox) {
  document.querySelector('#sandbox').replaceChildren();
  new window.EmbeddedSandbox({ target: '#sandbox', initialEndpoint: location.origin + '/graphql', initialSubscriptionEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql' });
}
</script>
</body>
</html>
`

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#4f2d7f"/><path d="M8 9l8 15 8-15" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>`

/**
 * `/` is GraphiQL, `/sandbox` Apollo Sandbox; a browser that visits `/graphql` is taken to the first.
 * @param document what GraphiQL opens with
 */
export function addExplorers(app: FastifyInstance, document: string): void {
  let made: Promise<{ readonly zipped: Buffer; readonly tag: string }> | undefined
  const make = async () => {
    const zipped = await promisify(gzip)(await explorerPage(document))
    return { zipped, tag: `"${createHash('sha256').update(zipped).digest('base64url').slice(0, 22)}"` }
  }

  app.get('/', async (request, reply) => {
    made ??= make()
    const { zipped, tag } = await made
    const { host } = request.headers
    // The browser itself refuses whatever would leave this origin.
    const policy = `default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self' ws://${host} wss://${host}; frame-ancestors 'none'; base-uri 'none'`
    reply
      .type('text/html; charset=utf-8')
      .headers({ etag: tag, vary: 'accept-encoding', 'content-security-policy': policy, 'cache-control': 'no-cache' })
    if (request.headers['if-none-match'] === tag) return reply.code(304).send()
    if (/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return reply.header('content-encoding', 'gzip').send(zipped)
    return reply.send(await promisify(gunzip)(zipped))
  })
  app.get('/graphql', (_request, reply) => reply.redirect('/', 303))
  // The path that browsers try by themselves.
  app.get('/favicon.ico', (_request, reply) => reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(ICON))
  app.get('/sandbox', (_request, reply) => reply.type('text/html; charset=utf-8').send(SANDBOX))
}
