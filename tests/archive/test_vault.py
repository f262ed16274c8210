import pytest

from archive import vault

WORDS = "11010519491231002X"


def test_what_was_sealed_opens_again(session):
    assert vault.open_(session, vault.seal(session, WORDS, "a.b"), "a.b") == WORDS


def test_a_sealed_value_shows_nothing_and_never_looks_the_same(session):
    first, second = vault.seal(session, WORDS, "a.b"), vault.seal(session, WORDS, "a.b")

    assert first != second
    assert WORDS.encode() not in first


def test_a_value_moved_to_another_column_does_not_open(session):
    with pytest.raises(vault.SealBroken):
        vault.open_(session, vault.seal(session, WORDS, "a.b"), "a.c")


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_a_changed_byte_is_noticed(session, place):
    sealed = bytearray(vault.seal(session, WORDS, "a.b"))
    sealed[place] ^= 1
    with pytest.raises(vault.SealBroken):
        vault.open_(session, bytes(sealed), "a.b")


@pytest.mark.parametrize("rest", [b"", b"\x01", b"\x01short"])
def test_half_a_value_is_refused_with_a_sentence(session, rest):
    with pytest.raises(vault.SealBroken, match="cannot be opened"):
        vault.open_(session, rest, "a.b")


def test_fingerprints_are_equal_for_equal_texts_of_one_purpose_only(session):
    mark = vault.fingerprint(session, WORDS, "a.b")

    assert mark == vault.fingerprint(session, WORDS, "a.b")
    assert len(mark) == 64
    assert mark != vault.fingerprint(session, WORDS, "a.c")
    assert mark != vault.fingerprint(session, WORDS[:-1] + "1", "a.b")


def test_keys_follow_the_secret_and_the_use():
    keys = {vault._derived(secret, use) for secret in ("one", "two") for use in ("seal", "fingerprint")}
    assert len(keys) == 4
