import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceNameFrom } from './device-name.ts'

for (const [userAgent, name] of [
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['curl/8.14.1', 'curl'],
  ['vibely-kotlin/1.0 (okhttp)', 'vibely-kotlin'],
  ['<script>', 'Unknown device'],
  [null, 'Unknown device'],
] as const) {
  test(`${userAgent?.slice(0, 30)} is ${name}`, () => assert.equal(deviceNameFrom(userAgent), name))
}
