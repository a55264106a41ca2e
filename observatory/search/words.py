"""What a typing error may have meant: the nearest words that the collection holds."""

from collections import Counter, defaultdict

from django.db import transaction
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from . import analysis
from .engines import searchable_models
from .models import Word


@transaction.atomic
def refresh(*, chunk: int = 5_000) -> int:
    """Count the words of the searchable names again; a background task after loads and imports."""
    forms = defaultdict(Counter)
    for model in searchable_models():
        for texts in model.objects.values_list(*model.word_fields).iterator(chunk_size=chunk):
            for word in analysis.words(" ".join(filter(None, texts))):
                if 3 < len(word) <= 40 and not word.isdigit():
                    forms[analysis.fold(word)][word] += 1
    Word.objects.all().delete()
    Word.objects.bulk_create(
        (
            Word(text=text[:40], display=seen.most_common(1)[0][0], count=seen.total())
            for text, seen in forms.items()
            if len(text) <= 40
        ),
        batch_size=chunk,
    )
    return len(forms)


def nearest(text: str, *, limit: int = 3) -> list[str]:
    """Up to ``limit`` queries close to ``text`` whose every word is known, the nearest first."""
    typed = [w for w in analysis.words(text) if not analysis.is_stop(w)][:6]
    if not typed:
        return []
    folded = [analysis.fold(w) for w in typed]
    vocabulary = dict(Word.objects.values_list("text", "display"))
    if all(word in vocabulary or word.isdigit() for word in folded):
        return []
    proposals = [""]
    for word in folded:
        if word in vocabulary or word.isdigit():
            choices = [vocabulary.get(word, word)]
        else:
            found = process.extract(word, list(vocabulary), scorer=fuzz.ratio, score_cutoff=72, limit=10 * limit)
            # Of words as near, the one that begins alike: a slip is seldom at the start.
            found = sorted(found, key=lambda match: (-match[1], -JaroWinkler.similarity(word, match[0])))[:limit]
            if not found:
                return []
            choices = [vocabulary[match] for match, *_ in found]
        proposals = [f"{p} {c}".strip() for p in proposals for c in choices][:limit]
    return proposals
