"use strict";
// The formula of corpuskit/budget/cost.py, and the worth of repeated text of corpuskit/budget/repetition.py.
function plan(numbers, choice) {
  const model = numbers.models.find((one) => one.name === choice.model);
  const method = model && model.methods[choice.method];
  const gpu = numbers.gpus.find((one) => one.name === choice.gpu);
  if (!method || !gpu) return null;
  const places = (numbers.work.places * choice.epochs) / (1 - choice.replay);
  const flops = places * method.flops_per_token;
  const hours = flops / (gpu.bf16_tflops * 1e12 * choice.mfu * 3600);
  const memory = method.memory.find((one) => one.gpus === choice.gpus);
  return {
    tokens_processed: places,
    flops: flops,
    gpu_hours: hours,
    wall_hours: hours / choice.gpus,
    cost: choice.price_per_gpu_hour === null ? null : hours * choice.price_per_gpu_hour,
    effective_tokens: worth(numbers.work.tokens, choice.epochs, numbers.repetition),
    memory: memory || null,
  };
}

// A GPU hour's price after another GPU was chosen: the plan's, else the middle of the range seen, null where nobody gave one.
function priced(numbers, name) {
  if (name === numbers.defaults.gpu) return numbers.defaults.price_per_gpu_hour;
  const gpu = numbers.gpus.find((one) => one.name === name);
  return gpu && gpu.price ? (gpu.price.low + gpu.price.high) / 2 : null;
}

function worth(unique, epochs, repetition) {
  if (epochs <= 1) return unique * epochs;
  return unique + unique * repetition * -Math.expm1(-(epochs - 1) / repetition);
}

// As corpuskit/report/page/figures.py writes them.
function commas(value, decimals) {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
function significant(value, digits) {
  if (value === 0) return "0";
  return commas(value, Math.min(Math.max(digits - 1 - Math.floor(Math.log10(Math.abs(value))), 0), 20));
}
function real(value) {
  const text = significant(value, 3);
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}
function money(value) {
  if (value === null) return "–";
  if (value > 0 && value < 0.01) return "under $0.01";
  return "$" + commas(value, value >= 100 ? 0 : 2);
}
function duration(hours) {
  if (hours < 1 / 60) return significant(hours * 3600, 2) + "\u00a0s";
  if (hours < 1) return significant(hours * 60, 2) + "\u00a0min";
  return hours < 72 ? commas(hours, 1) + "\u00a0h" : commas(hours / 24, 1) + "\u00a0days";
}
function short(value) {
  for (const [name, size] of [["trillion", 1e12], ["billion", 1e9], ["million", 1e6]])
    if (value >= size) return real(value / size) + " " + name;
  return commas(value, 0);
}
function held(memory, gpu, planned) {
  if (memory === null) return "not computed for so many GPUs";
  const fits = memory.holds.includes(gpu) ? "fits" : "does not fit";
  // The bytes are those on the plan's GPU: where another holds more, less has to be recomputed.
  return gpu === planned ? commas(memory.total / 2 ** 30, 1) + "\u00a0GiB, " + fits : fits;
}
const SAY = {
  cost: money,
  gpu_hours: (value) => (value > 0 && value < 0.001 ? "under 0.001\u00a0h" : significant(value, 3) + "\u00a0h"),
  wall_hours: duration,
  tokens_processed: short,
  effective_tokens: short,
};

function start() {
  const numbers = JSON.parse(document.getElementById("numbers").textContent);
  const form = document.getElementById("what-if");
  const field = (name) => form.elements.namedItem(name);
  const percent = (value) => commas(value * 100, 1) + "\u00a0%";
  const price = (value) => (value === null ? "no price given" : money(value));
  let set = numbers.defaults.price_per_gpu_hour; // null until somebody gives one
  const said = { price_per_gpu_hour: price, mfu: percent, epochs: (value) => commas(value, 1), replay: percent };
  const plain = (name) => (field(name).value === field(name).defaultValue ? numbers.defaults[name] : null);
  const show = () => {
    const choice = { gpus: Number(field("gpus").value) };
    for (const name of ["model", "method", "gpu"]) choice[name] = field(name).value;
    for (const name of Object.keys(said)) {
      choice[name] = name === "price_per_gpu_hour" ? set : plain(name) ?? Number(field(name).value); // an untouched slider is the plan's number, not its nearest step
      const words = said[name](choice[name]);
      document.getElementById("said-" + name).textContent = words;
      field(name).setAttribute("aria-valuetext", words);
    }
    const found = plan(numbers, choice);
    for (const name of Object.keys(SAY))
      document.getElementById("out-" + name).textContent = found ? SAY[name](found[name]) : "–";
    document.getElementById("out-memory").textContent = found ? held(found.memory, choice.gpu, numbers.defaults.gpu) : "–";
    for (const row of document.querySelectorAll("#costs tr[data-model]")) {
      const here = plan(numbers, { ...choice, model: row.dataset.model, method: row.dataset.method });
      row.classList.toggle("sum", row.dataset.model === choice.model && row.dataset.method === choice.method);
      for (const cell of row.querySelectorAll("[data-out]"))
        cell.textContent = here ? SAY[cell.dataset.out](here[cell.dataset.out]) : "–";
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.name === "gpu") {
      set = priced(numbers, event.target.value);
      field("price_per_gpu_hour").value = set ?? field("price_per_gpu_hour").min;
    }
    if (event.target.name === "price_per_gpu_hour") set = Number(event.target.value);
    show();
  });
  form.addEventListener("reset", () => {
    set = numbers.defaults.price_per_gpu_hour;
    setTimeout(show); // after the fields have gone back
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}

if (typeof module !== "undefined") module.exports = { plan, priced, worth, held, SAY };
else if (document.getElementById("numbers")) start();
