"""The tones of verdicts and of their reasons. Apart from `tones`: a tick is told in tones and judges nothing."""

from gonogo.rules.readiness import Answer, Weight
from gonogo.text.tones import Tone

ANSWER_TONES = {Answer.GO: Tone.GOOD, Answer.NO_GO: Tone.BAD, Answer.UNKNOWN: Tone.UNKNOWN}
WEIGHT_TONES = {
    Weight.BLOCKER: Tone.BAD,
    Weight.UNKNOWN: Tone.UNKNOWN,
    Weight.WAIVED: Tone.WARN,
    Weight.WARNING: Tone.WARN,
}
