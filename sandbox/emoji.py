"""The emoji a helpdesk writes, by their Slack names."""

EMOJI: dict[str, str] = {
    "+1": "👍", "-1": "👎", "alarm_clock": "⏰", "arrow_right": "➡️",
    "arrows_counterclockwise": "🔄", "ballot_box_with_check": "☑️", "bar_chart": "📊",
    "bell": "🔔", "black_circle": "⚫", "bulb": "💡", "calendar": "📅",
    "chart_with_upwards_trend": "📈", "clipboard": "📋", "clock3": "🕒", "email": "✉️",
    "envelope": "✉️", "envelope_with_arrow": "📩", "exclamation": "❗", "eyes": "👀",
    "file_folder": "📁", "fire": "🔥", "hourglass": "⌛", "hourglass_flowing_sand": "⏳",
    "inbox_tray": "📥", "incoming_envelope": "📨", "information_source": "ℹ️",
    "large_blue_circle": "🔵", "large_green_circle": "🟢", "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡", "link": "🔗", "lock": "🔒", "mag": "🔍", "mailbox": "📫",
    "memo": "📝", "no_entry": "⛔", "no_entry_sign": "🚫", "outbox_tray": "📤",
    "page_facing_up": "📄", "paperclip": "📎", "pencil": "📝", "pencil2": "✏️",
    "pushpin": "📌", "question": "❓", "red_circle": "🔴", "rocket": "🚀",
    "rotating_light": "🚨", "slightly_smiling_face": "🙂", "snail": "🐌", "sparkles": "✨",
    "speech_balloon": "💬", "star": "⭐", "stopwatch": "⏱️", "tada": "🎉",
    "telephone_receiver": "📞", "ticket": "🎫", "warning": "⚠️", "wave": "👋",
    "white_check_mark": "✅", "white_circle": "⚪", "wrench": "🔧", "x": "❌", "zap": "⚡",
    "zzz": "💤",
}  # fmt: skip
