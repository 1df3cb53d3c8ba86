#!/usr/bin/env node
// Verifies an evidence bundle of a Stillgate ledger with the ledger's public key alone: RFC 6962 proofs, Ed25519 signed
// notes, and the openings of commitments and message ids. Shares no code with the gateway and needs only Node 20.
//
//   node verify-bundle.mjs bundle.json --public-key FILE [--head FILE] [--message ID]... [--beacon-time TIME]
//
// Obtain the public key from the ledger's owner separately: a key in the bundle proves nothing. A head that was published
// earlier (--head) is checked too; the bundle must contain a consistency proof from it. With --beacon-time, the time at which
// the beacon's value appeared, the key must have a beacon and its epoch's secret must have been committed before: by the
// gateway's clock, and in the published head if one is given, which should be older than the beacon. Exit code: 0 valid,
// 1 invalid, 2 usage error.
import { createHash, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const MAX_BUNDLE = 256 << 20;
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

class Refused extends Error {}

const refuse = (why) => {
  throw new Refused(why);
};
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = (leaf) => sha256(Buffer.of(0), leaf);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** Decodes base64 strictly; Node alone would accept malformed text. */
function base64(text, length) {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : refuse('base64 expected');
  if (bytes.toString('base64') !== text) refuse('invalid base64');
  if (length !== undefined && bytes.length !== length) refuse(`${bytes.length} bytes, expected ${length}`);
  return bytes;
}

function hex(text, length) {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) refuse('invalid hex');
  const bytes = Buffer.from(text, 'hex');
  if (length !== undefined && bytes.length !== length) refuse(`${bytes.length} bytes, expected ${length}`);
  return bytes;
}

const list = (value, name) => (Array.isArray(value) ? value : refuse(`${name} is not a list`));
const hashes = (value, name) => list(value, name).map((hash) => base64(hash, 32));

/** Parses a C2SP verifier key: name+hash+key. */
function readKey(text) {
  const [name, hash, ...rest] = text.trim().split('+');
  const typed = base64(rest.join('+'), 33);
  if (typed[0] !== 1) refuse('the public key is not Ed25519');
  const id = sha256(`${name}\n`, typed).subarray(0, 4);
  if (id.toString('hex') !== hash) refuse('the hash of the public key is wrong');
  return { name, id, key: createPublicKey({ key: Buffer.concat([SPKI, typed.subarray(1)]), format: 'der', type: 'spki' }) };
}

/** Parses a C2SP checkpoint in a note that the key has signed. */
function readHead(note, { name, id, key }) {
  const blank = typeof note === 'string' ? note.indexOf('\n\n') : -1;
  if (blank < 0) refuse('a head is not a signed note');
  const body = note.slice(0, blank + 1);
  const start = `\u2014 ${name} `;
  const signed = note.slice(blank + 2).split('\n').some((line) => {
    if (!line.startsWith(start)) return false;
    const signature = base64(line.slice(start.length));
    return signature.length === 68 && signature.subarray(0, 4).equals(id) && verify(null, body, key, signature.subarray(4));
  });
  if (!signed) refuse('a head is not signed by the public key');
  const [origin, size, root] = body.split('\n');
  if (origin !== name) refuse(`a head of ${JSON.stringify(origin)}, not of ${name}`);
  if (!/^(0|[1-9][0-9]{0,14})$/.test(size)) refuse('a head without a size');
  return { size: Number(size), root: base64(root, 32) };
}

/** Computes the root from a leaf and its inclusion proof (RFC 6962, section 2.1.1), top down as in the RFC. */
function rootOf(hash, index, size, path) {
  if (size === 1) return path.length === 0 ? hash : refuse('an inclusion proof is too long');
  if (path.length === 0) refuse('an inclusion proof is too short');
  let split = 1;
  while (split * 2 < size) split *= 2;
  const [below, sibling] = [path.slice(0, -1), path.at(-1)];
  return index < split
    ? nodeHash(rootOf(hash, index, split, below), sibling)
    : nodeHash(sibling, rootOf(hash, index - split, size - split, below));
}

/** Computes the roots of the earlier and the later tree from a consistency proof (RFC 6962, section 2.1.2). */
function rootsOf(earlier, size, proof, known) {
  if (earlier === size) {
    if (known) return proof.length === 0 ? [known, known] : refuse('a consistency proof is too long');
    return proof.length === 1 ? [proof[0], proof[0]] : refuse('a consistency proof has the wrong length');
  }
  if (proof.length === 0) refuse('a consistency proof is too short');
  let split = 1;
  while (split * 2 < size) split *= 2;
  const [below, other] = [proof.slice(0, -1), proof.at(-1)];
  if (earlier <= split) {
    const [before, after] = rootsOf(earlier, split, below, known);
    return [before, nodeHash(after, other)];
  }
  const [before, after] = rootsOf(earlier - split, size - split, below, undefined);
  return [nodeHash(other, before), nodeHash(other, after)];
}

function requireConsistent(earlier, later, proof) {
  if (earlier.size === 0) return;
  if (earlier.size > later.size) refuse('an earlier head is larger than the head');
  const [before, after] = rootsOf(earlier.size, later.size, proof, earlier.root);
  if (!before.equals(earlier.root) || !after.equals(later.root)) {
    refuse(`the head is not consistent with the earlier one of ${earlier.size} leaves`);
  }
}

function provenLeaf(entry, head) {
  const leaf = base64(entry.leaf);
  if (!Number.isSafeInteger(entry.index) || entry.index < 0 || entry.index >= head.size) {
    refuse(`leaf ${entry.index} is not under the head`);
  }
  const root = rootOf(leafHash(leaf), entry.index, head.size, hashes(entry.inclusion, 'inclusion'));
  if (!root.equals(head.root)) refuse(`leaf ${entry.index} is not in the tree`);
  return leaf;
}

/** Parses a leaf of type 1: u64 millis, commitment, table, name. */
function readCommitment(entry, head, wanted) {
  const leaf = provenLeaf(entry, head);
  if (leaf[0] !== 1 || leaf.length < 74) refuse(`leaf ${entry.index} is not a commitment`);
  const name = leaf.subarray(73).toString('utf8');
  if (name !== wanted) refuse(`leaf ${entry.index} commits to key ${JSON.stringify(name)}`);
  const commitment = { name, time: Number(leaf.readBigUInt64BE(1)), commitment: leaf.subarray(9, 41), table: leaf.subarray(41, 73) };
  if (!commitment.commitment.equals(hex(entry.commitment, 32)) || !commitment.table.equals(hex(entry.table, 32))) {
    refuse(`leaf ${entry.index} differs from the bundle`);
  }
  return commitment;
}

/** Parses a leaf of type 2: u64 millis, u64 index of the key's commitment, hash of the message, u32 sites, one bit per site. */
function readAnswer(entry, head, commitments) {
  const leaf = provenLeaf(entry, head);
  if (leaf[0] !== 2 || leaf.length < 53) refuse(`leaf ${entry.index} is not an answer`);
  const key = Number(leaf.readBigUInt64BE(9));
  const sites = leaf.readUInt32BE(49);
  if (leaf.length !== 53 + Math.ceil(sites / 8)) refuse(`leaf ${entry.index} does not have one bit per site`);
  if (!commitments.has(key) || key >= entry.index) refuse(`answer ${entry.index} is not under a commitment before it`);
  if (key !== entry.commitmentIndex || sites !== entry.sites) refuse(`leaf ${entry.index} differs from the bundle`);
  if (entry.message !== undefined && !sha256(hex(entry.salt, 32), Buffer.from(entry.message, 'utf8')).equals(leaf.subarray(17, 49))) {
    refuse(`leaf ${entry.index} does not match message ${JSON.stringify(entry.message)}`);
  }
  return { message: entry.message, time: Number(leaf.readBigUInt64BE(1)), sites };
}

/** SHA-256 of parts, each after its length in 4 bytes. */
function sha256Of(parts) {
  return sha256(...prefixed(parts));
}

function prefixed(parts) {
  return parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
}

/** Returns the parts of an opening after checking that their hash is its commitment. */
function opened(opening, commitments, name) {
  const parts = list(opening.parts, 'parts').map((part) => hex(part));
  const commitment = commitments.get(opening.commitmentIndex) ?? refuse('the opening does not belong to a commitment in the bundle');
  if (!sha256Of(parts).equals(commitment.commitment)) refuse('the opening does not open the commitment');
  if (commitment.name !== name) refuse(`the opening is of ${JSON.stringify(commitment.name)}, not of ${name}`);
  return { parts, index: opening.commitmentIndex, commitment };
}

/** Returns the value of a labelled part of a key's commitment, such as "beacon:", or undefined. */
function labelled(parts, label) {
  const found = parts.slice(3).filter((part) => part.subarray(0, label.length).toString('latin1') === label);
  if (found.length > 1) refuse(`two parts ${label}`);
  return found[0]?.subarray(label.length);
}

/** Checks the opening of a key: key, table digest, plan, then perhaps the global key's commitment and the beacon's value. */
function openedKey(opening, commitments, name) {
  const key = opened(opening, commitments, name);
  const { parts } = key;
  key.global = labelled(parts, 'global:');
  key.beacon = labelled(parts, 'beacon:');
  const known = 3 + (key.global ? 1 : 0) + (key.beacon ? 1 : 0);
  if (parts.length !== known) refuse('the opening does not open the commitment');
  if (!parts[1].equals(key.commitment.table)) refuse('the opening is for another table');
  return key;
}

/** HKDF-SHA-256 of the epoch's secret, with the beacon's value, the name and the table's digest as info. */
function keyOf(secret, beacon, name, table) {
  const info = Buffer.concat(prefixed([beacon, Buffer.from(name, 'utf8'), table]));
  return Buffer.from(hkdfSync('sha256', secret, 'stillgate canary key 2', info, 32));
}

/** Checks what the opening of the key rests on: the global key of a stratum, and the epoch's secret of a key with a beacon. */
function checkOpening(bundle, commitments, related) {
  if (bundle.opening === undefined) {
    if (bundle.globalOpening !== undefined || bundle.secretOpening !== undefined) refuse('the key is not opened');
    return undefined;
  }
  const epoch = bundle.key.slice(bundle.key.lastIndexOf('/') + 1);
  const key = openedKey(bundle.opening, commitments, bundle.key);
  const keys = [key];
  if (bundle.key.startsWith('stratum:') !== (key.global !== undefined)) refuse('a stratum and only a stratum has a global key');
  if (key.global) {
    const global = openedKey(bundle.globalOpening ?? refuse('the global key is not opened'), related, `global/${epoch}`);
    if (!global.commitment.commitment.equals(key.global)) refuse('the stratum is committed to another global key');
    if (global.index >= key.index) refuse('the global key was committed after the stratum');
    if (String(global.beacon) !== String(key.beacon)) refuse('the global key has another beacon');
    keys.push(global);
  }
  if (bundle.secretOpening !== undefined) {
    const secret = opened(bundle.secretOpening, related, `secret/${epoch}`);
    if (secret.parts.length !== 2 || secret.parts[1].toString('utf8') !== epoch) refuse('the secret is of another epoch');
    for (const { beacon, parts, index, commitment } of keys) {
      if (!beacon) refuse('the secret is revealed, but the key has no beacon');
      if (secret.index >= index) refuse(`the secret was committed after ${commitment.name}`);
      if (!keyOf(secret.parts[0], beacon, commitment.name, parts[1]).equals(parts[0])) {
        refuse(`${commitment.name} does not follow from the secret and the beacon`);
      }
    }
    key.secret = secret;
  }
  return key;
}

/** Checks that the secret was committed before the beacon appeared. */
function requireOlderThan(time, key, published) {
  if (!key?.beacon || !key.secret) refuse('the bundle does not reveal a secret and a beacon, whose order --beacon-time checks');
  if (!(key.secret.commitment.time < time)) refuse('the secret was committed after the beacon appeared');
  if (published && key.secret.index >= published.size) refuse('the published head does not cover the commitment to the secret');
}

function check(bundle, key, published, beaconTime) {
  if (bundle === null || bundle.format !== 'stillgate-evidence/1') refuse('not a stillgate-evidence/1 bundle');
  const head = readHead(bundle.head, key);
  const earlier = list(bundle.earlierHeads, 'earlierHeads').map((entry) => {
    const old = readHead(entry.head, key);
    requireConsistent(old, head, hashes(entry.consistency, 'consistency'));
    return old;
  });
  if (published && ![head, ...earlier].some((known) => known.size === published.size && known.root.equals(published.root))) {
    refuse(`the bundle has no proof from the published head of ${published.size} leaves`);
  }
  if (typeof bundle.key !== 'string') refuse('no key');
  const commitments = new Map();
  for (const entry of list(bundle.commitments, 'commitments')) {
    commitments.set(entry.index, readCommitment(entry, head, bundle.key));
  }
  if (commitments.size === 0) refuse('no commitment');
  const related = new Map();
  for (const entry of list(bundle.related ?? [], 'related')) related.set(entry.index, readCommitment(entry, head, entry.name));
  const opening = checkOpening(bundle, commitments, related);
  if (beaconTime !== undefined) requireOlderThan(beaconTime, opening, published);
  const answers = list(bundle.answers, 'answers').map((entry) => readAnswer(entry, head, commitments));
  return { head, earlier, commitments, related, answers, opening };
}

function report(key, keyName, { head, earlier, commitments, related, answers, opening }) {
  console.log(`ledger        ${key.name}, ${head.size} leaves under a signed head`);
  console.log(`earlier heads ${earlier.length}, all consistent with it`);
  for (const [index, { time, commitment }] of commitments) {
    console.log(`commitment    leaf ${index}, ${new Date(time).toISOString()} by the gateway's clock, ${commitment.toString('hex')}`);
  }
  console.log(`opened        ${opening ? 'yes: key, table and plan are those committed to' : 'no'}`);
  if (opening?.beacon) console.log(`beacon        ${JSON.stringify(opening.beacon.toString('latin1'))} is part of the commitment`);
  if (opening?.secret) {
    const { index, commitment } = opening.secret;
    const secrets = [...related.values()].filter(({ name }) => name === commitment.name).length;
    if (secrets > 1) console.log(`secrets       ${secrets} are committed for this epoch: each could have been tried`);
    console.log(`secret        leaf ${index}, ${new Date(commitment.time).toISOString()}; the key follows from it and the beacon`);
  }
  console.log(`answers       ${answers.length}, each under a commitment before it`);
  console.log(`All of the bundle on key ${JSON.stringify(keyName)} holds.`);
}

function main() {
  let options;
  try {
    options = parseArgs({
      allowPositionals: true,
      options: { 'public-key': { type: 'string' }, head: { type: 'string' }, message: { type: 'string', multiple: true }, 'beacon-time': { type: 'string' } },
    });
    if (Number.isNaN(Date.parse(options.values['beacon-time'] ?? '1970-01-01T00:00:00Z'))) throw new Error('--beacon-time is no time');
    if (options.positionals.length !== 1 || !options.values['public-key']) throw new Error('a bundle and --public-key are needed');
  } catch (e) {
    console.error(`${e.message}\nusage: verify-bundle.mjs bundle.json --public-key FILE [--head FILE] [--message ID]... [--beacon-time TIME]`);
    return 2;
  }
  try {
    const key = readKey(readFileSync(options.values['public-key'], 'utf8'));
    const bytes = readFileSync(options.positionals[0]);
    if (bytes.length > MAX_BUNDLE) refuse('the bundle is too large');
    const published = options.values.head ? readHead(readFileSync(options.values.head, 'utf8'), key) : undefined;
    const bundle = JSON.parse(bytes.toString('utf8'));
    const time = options.values['beacon-time'];
    const found = check(bundle, key, published, time === undefined ? undefined : Date.parse(time));
    for (const message of options.values.message ?? []) {
      if (!found.answers.some((answer) => answer.message === message)) refuse(`no answer of message ${JSON.stringify(message)}`);
    }
    report(key, bundle.key, found);
    return 0;
  } catch (e) {
    if (e.code === 'ENOENT') {
      console.error(e.message);
      return 2;
    }
    console.error(`does not hold: ${e instanceof Refused ? e.message : 'the bundle is malformed'}`);
    return 1;
  }
}

process.exitCode = main();
