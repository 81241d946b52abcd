"""The Slack edge: cards, buttons, modals, commands."""
