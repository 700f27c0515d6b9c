// Checks one tlog-proof with the modules of @sigstore/verify that check Rekor's: nothing of the product takes part.
//
//   node verify.js PROOF ENTRY KEY
'use strict';
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');

// Both are internal to the package, hence by path and pinned.
const tlog = path.join(path.dirname(require.resolve('@sigstore/verify')), 'tlog');
const { verifyCheckpoint } = require(path.join(tlog, 'checkpoint.js'));
const { verifyMerkleInclusion } = require(path.join(tlog, 'merkle.js'));

const [proofFile, entryFile, keyFile] = process.argv.slice(2);
const text = fs.readFileSync(proofFile, 'utf8');
const end = text.indexOf('\n\n');
const [format, index, ...hashes] = text.slice(0, end).split('\n');
const [, name, keyId, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)\n$/.exec(fs.readFileSync(keyFile, 'utf8'));
const prefix = Buffer.from('302a300506032b6570032100', 'hex'); // SubjectPublicKeyInfo of an Ed25519 key
const publicKey = crypto.createPublicKey({
  key: Buffer.concat([prefix, Buffer.from(key, 'base64').subarray(1)]), format: 'der', type: 'spki',
});
try {
  if (format !== 'c2sp.org/tlog-proof@v1' || !index.startsWith('index ')) throw new Error('no proof');
  const entry = {
    canonicalizedBody: fs.readFileSync(entryFile),
    inclusionProof: {
      logIndex: index.slice('index '.length),
      hashes: hashes.map((line) => Buffer.from(line, 'base64')),
      checkpoint: { envelope: text.slice(end + 2) },
    },
  };
  const log = { logID: Buffer.from(keyId, 'hex'), baseURL: name, publicKey };
  const checkpoint = verifyCheckpoint(entry, [log]);
  verifyMerkleInclusion(entry, checkpoint);
  console.log(`agreed: entry ${entry.inclusionProof.logIndex} of ${checkpoint.logSize}`);
} catch (error) {
  console.log(`refused: ${error.message}`);
  process.exitCode = 3;
}
