// Finds faces by @vladmandic/face-api in WebAssembly, for ../detection.sh: node face-api.js PACKAGES tiny|ssd FOLDER...
// A photograph a line: its path, megapixels, milliseconds, then x y w h score of each face.
const { createRequire } = require('node:module');
const fs = require('node:fs');
const path = require('node:path');

const [packages, kind, ...folders] = process.argv.slice(2);
const from = createRequire(path.resolve(packages, 'package.json'));
const tf = from('@tensorflow/tfjs');
const wasm = from('@tensorflow/tfjs-backend-wasm');
const sharp = from('sharp');
const modules = path.resolve(packages, 'node_modules');
const faceapi = require(path.join(modules, '@vladmandic/face-api/dist/face-api.node-wasm.js'));

// Low: the curve of precision over recall wants the poor finds too.
const leastScore = 0.05;

async function main() {
  wasm.setWasmPaths(path.join(modules, '@tensorflow/tfjs-backend-wasm/dist/'));
  await tf.setBackend('wasm');
  await tf.ready();
  const net = kind === 'ssd' ? faceapi.nets.ssdMobilenetv1 : faceapi.nets.tinyFaceDetector;
  await net.loadFromDisk(path.join(modules, '@vladmandic/face-api/model'));
  const options = kind === 'ssd'
    ? new faceapi.SsdMobilenetv1Options({ minConfidence: leastScore, maxResults: 500 })
    : new faceapi.TinyFaceDetectorOptions({ inputSize: 608, scoreThreshold: leastScore });
  const files = folders.flatMap((name) => (fs.statSync(name).isDirectory() ? fs.readdirSync(name).sort().map((file) => path.join(name, file)) : [name]))
    .filter((name) => /\.(jpe?g|png)$/i.test(name));
  let warm = false;
  for (const file of files) {
    const { data, info } = await sharp(file).rotate().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const tensor = tf.tensor3d(new Int32Array(data), [info.height, info.width, 3], 'int32');
    if (!warm) {
      await faceapi.detectAllFaces(tensor, options);
      warm = true;
    }
    const begin = performance.now();
    const faces = await faceapi.detectAllFaces(tensor, options);
    const taken = performance.now() - begin;
    tensor.dispose();
    const numbers = faces.flatMap(({ box, score }) => [box.x, box.y, box.width, box.height, score]).map((value) => value.toFixed(4));
    console.log([file, (info.width * info.height / 1e6).toFixed(4), taken.toFixed(2), ...numbers].join('\t'));
  }
}

main();
