"""The address and the credential are checked before any request; the token is never shown."""

import dataclasses
import pickle

import pytest

from reconciler.edge.connection import Connection, Secret, read_address, read_connection
from reconciler.model.errors import RunRefused

URL = "https://acme.uc1.ccaiplatform.com"
TOKEN = "s3cret-token-of-the-tests"


def read(tenant: str | None = URL, **environ: str) -> Connection:
    return read_connection({"RECONCILER_URL": URL, "RECONCILER_TOKEN": TOKEN, **environ}, tenant)


def test_user_is_the_left_most_label_of_the_host() -> None:
    assert read() == Connection(URL, "acme", Secret(TOKEN))


def test_user_may_be_set() -> None:
    assert read(RECONCILER_SUBDOMAIN="emea").user == "emea"


@pytest.mark.parametrize("name", ["a:b", "a b", "é", "a\n"])
def test_a_strange_user_name_is_refused(name: str) -> None:
    with pytest.raises(RunRefused, match="RECONCILER_SUBDOMAIN"):
        read(RECONCILER_SUBDOMAIN=name)


@pytest.mark.parametrize("tail", ["", "/", "/apps/api/v1", "/apps/api/v1/"])
def test_the_path_of_the_api_may_be_written_or_not(tail: str) -> None:
    assert read(RECONCILER_URL=URL + tail).base_url == URL


def test_the_host_is_compared_without_case_and_usual_port() -> None:
    assert read(RECONCILER_URL="HTTPS://ACME.uc1.CCAIplatform.com:443").base_url == URL


@pytest.mark.parametrize("missing", ["RECONCILER_URL", "RECONCILER_TOKEN"])
def test_a_missing_setting_is_named_with_what_to_set(missing: str) -> None:
    with pytest.raises(RunRefused, match=f"{missing} is not set") as caught:
        read(**{missing: ""})
    assert caught.value.hint
    assert caught.value.exit_code == 4


def test_the_hint_for_the_address_is_the_tree_s_own() -> None:
    with pytest.raises(RunRefused) as caught:
        read(RECONCILER_URL="")
    assert f"RECONCILER_URL={URL}" in caught.value.hint


@pytest.mark.parametrize(
    "other",
    [
        "https://evil.example.com",
        "https://acme.ue1.ccaiplatform.com",
        "https://acme.uc1.ccaiplatform.com.evil.example",
    ],
)
def test_S_05_another_tenant_than_the_files_describe_is_refused(other: str) -> None:
    with pytest.raises(RunRefused, match=r"the files describe https://acme\.uc1"):
        read(RECONCILER_URL=other)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080",
        "http://127.0.0.1:1",
        "http://127.9.8.7:65535",
        "http://[::1]:8080",
        "https://localhost",
    ],
)
def test_this_machine_is_allowed_for_a_rehearsal(url: str) -> None:
    assert read(RECONCILER_URL=url, RECONCILER_SUBDOMAIN="acme").base_url == url


def test_a_rehearsal_goes_through_no_proxy() -> None:
    assert read(RECONCILER_URL="http://127.0.0.1:1", RECONCILER_PROXY="http://proxy.example:1").proxy is None


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.uc1.ccaiplatform.com",
        "ftp://acme.uc1.ccaiplatform.com",
        "acme.uc1.ccaiplatform.com",
        "https://user:password@acme.uc1.ccaiplatform.com",
        "https://token@acme.uc1.ccaiplatform.com",
        "https://acme.uc1.ccaiplatform.com?x=1",
        "https://acme.uc1.ccaiplatform.com?",
        "https://acme.uc1.ccaiplatform.com#x",
        "https://acme.uc1.ccaiplatform.com/other",
        "https://acme.uc1.ccaiplatform.com./",
        "https://acme.uc1.ccaiplatform.com.",
        "https://acme.uc1.ccaiplatform.com:8443",
        "https://acme.uc1.ccaiplatform.com:0",
        "https://acme.uc1.ccaiplatform.com:",
        "https://acme.uc1.ccaiplatform.com:99999",
        "https://acme.uc1.ccaiplatform.com:abc",
        "https://acmе.uc1.ccaiplatform.com",
        "https://xn--acm-0ma.uc1.ccaiplatform.com",
        "https://acme.uc1.ccaiplatform.com ",
        " https://acme.uc1.ccaiplatform.com",
        "https://acme.uc1.ccaiplatform.com\n",
        "https://evil.example\\@acme.uc1.ccaiplatform.com",
        "https://10.0.0.1",
        "https://[::ffff:127.0.0.1]",
        "https://[fe80::1]",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://acme",
        "https://",
        "https://[",
        "https://-acme.example.com",
        "https://acme..example.com",
        f"https://{'a' * 64}.example.com",
        "http://localhost:0",
        "http://localhost:",
        "http://localhost.:80",
        "http://127.0.0.1.evil.example",
    ],
)
def test_S_06_a_strange_address_is_refused_before_any_request(url: str) -> None:
    with pytest.raises(RunRefused) as caught:
        read_address(url, "RECONCILER_URL")
    assert "password" not in str(caught.value).replace("user name or password", "")


def test_S_06_the_address_in_the_settings_is_held_to_the_same() -> None:
    with pytest.raises(RunRefused, match=r"tenant\.url is not https"):
        read("http://acme.uc1.ccaiplatform.com")


@pytest.mark.parametrize("bad", ["\n", "\r", " ", "\t", "\x00", "\x7f", "й", "\u200b", "\u00a0"])
@pytest.mark.parametrize("place", [0, 7, len(TOKEN)])
def test_S_02_a_token_with_strange_characters_is_refused_and_only_its_length_shown(bad: str, place: int) -> None:
    token = TOKEN[:place] + bad + TOKEN[place:]
    with pytest.raises(RunRefused, match=f"{len(token)} characters") as caught:
        read(RECONCILER_TOKEN=token)
    assert TOKEN[:7] not in str(caught.value) + repr(caught.value) + caught.value.hint


def test_S_03_no_form_of_a_connection_shows_the_token() -> None:
    made = read(RECONCILER_PROXY="http://user:hidden@proxy.example:3128")
    shown = f"{made} {made!r} {made.token} {made.token!r} {made.proxy} {dataclasses.asdict(made)}"
    assert TOKEN not in shown
    assert "hidden" not in shown


def test_S_03_a_secret_is_still_the_secret_for_the_one_who_sends_it() -> None:
    assert Secret("a").reveal() == "a"
    assert pickle.loads(pickle.dumps(Secret("a"))) == Secret("a")
    assert Secret("a") != Secret("b")
    assert hash(Secret("a")) == hash(Secret("a"))


@pytest.mark.parametrize(
    "proxy", ["socks5://proxy.example:1", "proxy.example:3128", "http://", "http://p:0", "http://[", "http://p x"]
)
def test_a_strange_proxy_is_refused_unseen(proxy: str) -> None:
    with pytest.raises(RunRefused, match="RECONCILER_PROXY") as caught:
        read(RECONCILER_PROXY=proxy)
    assert proxy not in str(caught.value)


def test_without_a_tree_there_is_nothing_to_compare_with() -> None:
    assert read(None, RECONCILER_URL="https://emea.uc1.ccaiplatform.com").user == "emea"
