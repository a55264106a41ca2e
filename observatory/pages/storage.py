"""Static files: hashed names, compressed once, source maps left alone."""

from pathlib import Path

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressOnce(Compressor):
    """A hashed name says the content, so what stands beside it already is its compressed form."""

    def compress(self, path):
        if any(Path(path + suffix).exists() for suffix in (".br", ".gz")):
            return []
        return super().compress(path)

    def write_data(self, path, data, suffix, stat_result):
        """Write under another name first: a killed start must not leave half a file to be served."""
        draft = super().write_data(path, data, suffix + ".new", stat_result)
        return str(Path(draft).replace(path + suffix))


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Pages ask for hashed names only: nothing else is worth compressing."""

    # Source maps serve those who write the packages, and some are named without being shipped.
    patterns = tuple(
        (extension, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for extension, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def create_compressor(self, **kwargs):
        return CompressOnce(**kwargs)

    def compress_files(self, paths):
        hashed = set(paths) & set(self.hashed_files.values())
        return super().compress_files(name for name in hashed if not name.endswith(".map"))
