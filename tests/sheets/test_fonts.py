from planner.sheets import fonts
from planner.sheets.press import missing_letters


def test_text_in_the_first_face_needs_no_other():
    assert fonts.files_for("Zoë, Łukasz & Ñandú: “it’s 10 °C” – 5 €") == fonts.TEXT.files


def test_other_faces_come_only_with_their_letters():
    named = {path.name for path in fonts.files_for("Nguyễn")} - {path.name for path in fonts.TEXT.files}
    assert named
    assert all(name.startswith("NotoSans") for name in named)


def test_shipped_faces_cover_what_they_promise():
    for text in ("Nguyễn Thị Hạnh", "Γιώργος", "Ольга Щёкина", "مريم العلي", "अनीता शर्मा", "Wiśniewska"):
        assert missing_letters([text]) == []


def test_a_letter_that_no_face_has_is_named_once():
    assert missing_letters(["Ann \U0001f9ff\U000e0041", "x \U00016fe4\U00016fe4"])[-1] == "\U00016fe4"
    assert missing_letters(["tab\tline\nzero\u200bwidth\ufe0f"]) == []


def test_a_missing_family_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(fonts, "_SYSTEM_ROOTS", ())
    fonts._files.cache_clear()
    try:
        assert [family.package for family in fonts.not_installed()] == [
            "fonts-noto-core",
            "fonts-noto-cjk",
            "fonts-noto-color-emoji",
        ]
        assert missing_letters(["משה"]) == ["מ", "ש", "ה"]
    finally:
        fonts._files.cache_clear()
