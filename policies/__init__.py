"""What collectivités do for the ESS: this floor opens with the schemes, agreements and kits."""
