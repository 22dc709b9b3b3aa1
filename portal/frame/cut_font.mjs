// Cut Inter to what our pages write, into the file that is named: the letters of western Europe, in weights 400 to 650.
import { readFileSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

const letters = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, place) => from + place));
const written = `${letters(0x20, 0x7e)}${letters(0xa0, 0xff)}–—‘’“”„•…‹›€™←↑→↓−≥≤≠✓✗✕`;
const whole = readFileSync("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
const weights = { wght: { min: 400, max: 650, default: 400 } };
writeFileSync(process.argv[2], await subsetFont(whole, written, { targetFormat: "woff2", variationAxes: weights }));
