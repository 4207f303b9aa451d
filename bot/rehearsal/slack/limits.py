"""Slack's limits as numbers, each with its source.

Numbers only; `shapes.py` says where each applies. "docs" is docs.slack.dev/reference (for blocks and elements, the
page of that name under block-kit), "seen" what people measured against real workspaces. Where sources disagree, the
stricter one stands here. Lengths are in characters (code points) as sent: an escaped `&` counts five.
"""

# A message
MAX_TEXT_CHARACTERS = 40_000  # docs, chat.postMessage: longer text is cut off
ADVISED_TEXT_CHARACTERS = 4_000  # docs, chat.postMessage; chat.update answers msg_too_long past it
MAX_MESSAGE_BLOCKS = 50  # docs, blocks
MAX_BLOCKS_CHARACTERS = 13_000  # seen: msg_blocks_too_long near 13,200 (slackapi/bolt-js#2509, #2867); undocumented
HEADER_WEIGHT = 100  # seen: what a header costs of the former beyond its own text
MAX_MARKDOWN_CHARACTERS = 12_000  # docs, markdown: all markdown blocks of a message together

# A view
MAX_VIEW_BLOCKS = 100  # docs, blocks
MAX_VIEW_BYTES = 250_000  # docs, views.publish
MAX_TITLE = 24  # docs, views: title, submit and close
MAX_PRIVATE_METADATA = 3_000  # docs, views

# Blocks
MAX_ID = 255  # docs: action_id, block_id, callback_id, external_id
MAX_SECTION_TEXT = 3_000  # docs, section
MAX_FIELDS = 10  # docs, section
MAX_FIELD_TEXT = 2_000  # docs, section
MAX_HEADER_TEXT = 150  # docs, header
MAX_HEADING_LEVEL = 4  # docs, header
MAX_CONTEXT_ELEMENTS = 10  # docs, context
MAX_CONTEXT_TEXT = 3_000  # docs, text object: no text is longer
MAX_CONTEXT_ACTIONS = 5  # docs, context_actions
MAX_ACTIONS = 25  # docs, actions
MAX_LABEL = 2_000  # docs, input: label and hint
MAX_ALT_TEXT = 2_000  # docs, image: alt_text and title
MAX_URL = 3_000  # docs, button and image
MAX_VIDEO_TEXT = 199  # docs, video: "less than 200"
MAX_AUTHOR = 49  # docs, video: "less than 50"
MAX_TABLE_ROWS = 100  # docs, table
MAX_TABLE_CELLS = 20  # docs, table: in a row
MAX_TABLE_CHARACTERS = 10_000  # docs, table: all cells of a message
MAX_INDENT = 8  # docs, rich_text_list

# Elements
MAX_BUTTON_TEXT = 75  # docs, button
MAX_BUTTON_VALUE = 2_000  # docs, button
MAX_OPTIONS = 100  # docs, select menu: options, groups, and options in a group
MAX_CHOICES = 10  # docs, radio buttons and checkboxes
MAX_OVERFLOW = 5  # docs, overflow
MAX_OPTION_TEXT = 75  # docs, option: text and description; option group: label
MAX_OPTION_VALUE = 150  # docs, option
MAX_PLACEHOLDER = 150  # docs, select menu and inputs
MAX_INPUT = 3_000  # docs, plain_text_input: min_length 0 to 3,000, max_length 1 to 3,000
MAX_CONFIRM_TITLE = 100  # docs, confirmation dialogue
MAX_CONFIRM_TEXT = 300
MAX_CONFIRM_BUTTON = 30
