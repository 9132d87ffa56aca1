"""Which addresses may be reached, by who named them: pure."""

from ipaddress import ip_address

import pytest

from lyricclip_cli.transport.reach import (
    ON_DISK,
    THE_WEB,
    WRITTEN,
    Origin,
    is_public,
    literal_address,
    may_reach,
)

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "::ffff:1.1.1.1",
]
PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_reached_by_all(address: str) -> None:
    assert is_public(ip_address(address))
    assert all(may_reach(origin, ip_address(address)) for origin in (WRITTEN, ON_DISK, THE_WEB))


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_for_the_user_and_for_itself(address: str) -> None:
    target = ip_address(address)
    assert not is_public(target)
    assert may_reach(WRITTEN, target)
    assert not may_reach(ON_DISK, target)
    assert not may_reach(THE_WEB, target)
    assert not any(may_reach(Origin("web", ip_address(other)), target) for other in PUBLIC)
    assert may_reach(Origin("web", target), target)


def test_a_private_host_leads_to_no_other() -> None:
    for one in PRIVATE:
        reached = [other for other in PRIVATE if may_reach(Origin("web", ip_address(one)), ip_address(other))]
        twins = [{"127.0.0.1", "::ffff:127.0.0.1"}, {"10.0.0.1", "::ffff:10.0.0.1"}, {"fe80::1", "fe80::1%eth0"},
                 {"169.254.169.254", "::ffff:169.254.169.254"}]  # fmt: skip
        assert set(reached) == next((twin for twin in twins if one in twin), {one})


def test_origins_without_rights_of_their_own_share_one_scope() -> None:
    public = [Origin("web", ip_address(address)) for address in PUBLIC]
    assert {origin.scope for origin in (*public, ON_DISK, THE_WEB)} == {THE_WEB}
    private = Origin("web", ip_address("10.0.0.1"))
    assert (private.scope, WRITTEN.scope) == (private, WRITTEN)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("127.0.0.1.", "127.0.0.1"),
        ("::1", "::1"),
        ("LOCALHOST", "127.0.0.1"),
        ("localhost.", "127.0.0.1"),
        ("any.localhost", "127.0.0.1"),
        ("cdn.example", None),
        ("127.0.0.1.nip.example", None),
        ("", None),
        ("1.2.3.4.5", None),
        ("notlocalhost", None),
        ("münchen", None),
        ("\0", None),
    ],
)
def test_hosts_that_are_addresses_as_they_stand(host: str, address: str | None) -> None:
    assert literal_address(host) == (None if address is None else ip_address(address))
