"""Where footage comes from: TwelveLabs-indexed videos, HLS URLs, local files. Each knows nothing of the others."""
