// Parses bodies that the gateway accepted with JSON.parse, which keeps the last of two members with equal names, and compares
// the documents. Standard input has lines of a body in base64 and its canonical form (CanonicalJson.java).
import readline from 'node:readline';

const bits = new DataView(new ArrayBuffer(8));

function number(value) {
  bits.setFloat64(0, value + 0);
  return '#' + bits.getBigUint64(0).toString(16).padStart(16, '0');
}

function text(value) {
  let out = '"';
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    out += /[a-zA-Z0-9]/.test(c) ? c : '\\' + value.charCodeAt(i).toString(16).padStart(4, '0');
  }
  return out + '"';
}

function canonical(value) {
  if (Array.isArray(value)) {
    return '[' + value.filter(each => each !== null).map(each => canonical(each) + ',').join('') + ']';
  }
  switch (typeof value) {
    case 'object': {
      const names = Object.keys(value).filter(name => value[name] !== null).sort();
      return '{' + names.map(name => text(name) + ':' + canonical(value[name]) + ',').join('') + '}';
    }
    case 'string':
      return text(value);
    case 'number':
      return number(value);
    default:
      return String(value);
  }
}

let read = 0;
let different = 0;
for await (const line of readline.createInterface({input: process.stdin})) {
  const [body, expected] = line.split(' ');
  read++;
  let got;
  try {
    got = canonical(JSON.parse(new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(Buffer.from(body, 'base64'))));
  } catch (e) {
    got = String(e);
  }
  if (got !== expected) {
    different++;
    console.error(`differs: ${Buffer.from(body, 'base64')}\n  ${expected}\n  ${got}`);
  }
}
console.log(`node: ${read} bodies read, ${different} differ`);
process.exit(different === 0 && read > 0 ? 0 : 1);
