# The whole story on sample_data/, as `make story` shows it: each command as a person types it, then what it says.
# Run again, it does what is missing. What the commands tell on the way goes to story/log.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
mkdir -p story && : >story/log
corpuskit() { command corpuskit "$@" 2>>story/log; }
failed() { printf 'the command above failed; story/log ends with:\n%s\n' "$(tail -n 5 story/log)" >&2; }
trap failed ERR
set -v

# 1. A base model. None is downloaded: a small one learns general text, Python's documentation, for a moment.
python tools/make_story_base.py story/text story/random
corpuskit build story/text --out story/general --tokenizer story/random --set shard.validation_share=0.05 --quiet
corpuskit train story/general --model story/random --out story/base --recipe sample_data/story/base.yaml --unapproved --quiet

# 2. The company's documents become a corpus.
corpuskit build sample_data/share sample_data/story/notes --out story/corpus --tokenizer story/random \
    --set shard.validation_share=0.25 --quiet

# 3. Is training on it worth it? Of a longer answer here the probe and the verdict.
corpuskit assess story/corpus --model story/base/model --general story/general --probe-tokens 16384 |
    sed -n '/^probe/p; /^[A-Z][A-Z :()]*$/,/^$/p'

# 4. There is too little text. A person wants to see it all the same, and says how much it may cost.
corpuskit approve story/corpus --by "Ada Lovelace" --max-cost 1 --price-per-gpu-hour 2.5 --replace

# 5. Train on it; and, to compare with, on as much general text.
corpuskit train story/corpus --model story/base/model --out story/adapted --recipe sample_data/story/train.yaml \
    --replay story/general=0.5
corpuskit train story/general --model story/base/model --out story/control --recipe sample_data/story/train.yaml \
    --unapproved --quiet

# 6. Fine-tune it for a task: in which language is a message?
corpuskit finetune sample_data/story/messages --task classification --model story/adapted/model --out story/messages \
    --recipe sample_data/story/finetune.yaml

# 7. Is the adapted model better, by how much, and how sure is that?
corpuskit evaluate --base story/base/model --adapted story/adapted/model --arm general:general=story/control/model \
    --corpus story/corpus --general story/general --canaries sample_data/story/canaries.txt \
    --task classification:sample_data/story/messages --set "tasks.sizes=[14, 28, 56]" --set "trials.rates=[0.001, 0.003]" \
    --set run.epochs=12 --set run.least_steps=60 --set run.examples_per_step=8 --price 2.5 --out story/proof
