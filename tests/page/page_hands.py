"""Two ways to use the page: with a mouse, and with the keyboard alone. What is done is the same.

The keyboard finds its way with Tab and the arrow keys only, as somebody who sees the focus would.
"""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]
"""Opens a page: `visit(url, width=1440, height=900, scheme="light")`."""

FURTHEST = 150
"""Presses of Tab after which something counts as out of reach."""


class Mouse:
    """Somebody with a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    # -- what there is -------------------------------------------------------------------------------------------

    def see(self, text: str) -> None:
        """Waits until this is read in the conversation."""
        self.main.get_by_text(text).last.wait_for()

    def button(self, label: str, place: Locator | None = None) -> Locator:
        """Returns the newest button of this label, in the open dialog if there is one."""
        dialog = self.page.get_by_role("dialog").or_(self.page.get_by_role("alertdialog"))
        where = place or (dialog if dialog.count() else self.main)
        return where.get_by_role("button", name=label).last

    # -- what one can do -----------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name="Message")
        box.click()
        box.fill(text)
        box.press("Enter")
        self.main.get_by_role("article").get_by_text(text).last.wait_for()

    def press(self, label: str, place: Locator | None = None) -> None:
        self.button(label, place).click()

    def choose(self, kind: str, label: str) -> None:
        one = self.page.get_by_role(kind, name=label).last
        one.check()
        expect(one).to_be_checked()

    def pick(self, menu: str, label: str) -> None:
        self.page.get_by_role("combobox", name=menu).last.select_option(label=label)

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).last.fill(text)

    def become(self, name: str) -> None:
        self.page.get_by_role("navigation").get_by_role("button", name="You are").click()
        self.page.get_by_role("menuitemradio", name=name).click()
        self.page.get_by_role("button", name=f"You are {name}").wait_for()

    def open(self, place: str) -> None:
        self.press(place, self.page.get_by_role("navigation"))
        self.page.get_by_role("heading", name=place, level=1).wait_for()


class Keys(Mouse):
    """Somebody without one."""

    def reach(self, wanted: Locator) -> None:
        """Moves the focus to it with Tab, forwards or back, whichever is nearer in the page."""
        wanted.wait_for()
        for _ in range(FURTHEST):
            way = wanted.evaluate(
                """node => { const at = document.activeElement; if (node.contains(at)) return null;
                return at.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab"; }"""
            )
            if way is None:
                self._sees_the_focus()
                return
            self.page.keyboard.press(way)
        raise AssertionError(f"Tab never came to {wanted}")

    def _sees_the_focus(self) -> None:
        """What has the focus shows it, by a line round itself or round the frame that it stands in."""
        shown = self.page.evaluate(
            """() => {
                const at = document.activeElement, line = getComputedStyle(at), frame = at.closest(".frame");
                const outlined = line.outlineStyle !== "none" && parseFloat(line.outlineWidth) >= 3;
                return outlined || (frame && getComputedStyle(frame).boxShadow !== "none");
            }"""
        )
        assert shown, "the focus cannot be seen"

    def say(self, text: str) -> None:
        self.reach(self.page.get_by_role("textbox", name="Message"))
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.main.get_by_role("article").get_by_text(text).last.wait_for()

    def press(self, label: str, place: Locator | None = None) -> None:
        self.reach(self.button(label, place))
        self.page.keyboard.press("Enter")

    def choose(self, kind: str, label: str) -> None:
        one = self.page.get_by_role(kind, name=label).last
        if kind == "radio":  # Tab comes to the group, arrows go round in it
            self.reach(one.locator("xpath=ancestor::fieldset[1]"))
            for _ in range(12):
                if one.evaluate("node => node === document.activeElement"):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self.reach(one)
        if not one.is_checked():
            self.page.keyboard.press("Space")
        expect(one).to_be_checked()

    def pick(self, menu: str, label: str) -> None:
        one = self.page.get_by_role("combobox", name=menu).last
        self.reach(one)
        self.page.keyboard.type(label)
        assert one.evaluate("node => node.selectedOptions[0].text") == label

    def fill(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_label(label).last)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def become(self, name: str) -> None:
        self.reach(self.page.get_by_role("navigation").get_by_role("button", name="You are"))
        self.page.keyboard.press("Enter")
        wanted = self.page.get_by_role("menuitemradio", name=name)
        wanted.wait_for()
        for _ in range(8):
            if wanted.evaluate("node => node === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        self.page.get_by_role("button", name=f"You are {name}").wait_for()
