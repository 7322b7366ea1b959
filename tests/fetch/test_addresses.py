"""The address table, one address a row."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch import AddressPolicy, is_local_host

FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.8.8.8 168.63.129.16
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::8.8.8.8 ::ffff:0:8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:100.64.0.1 ::ffff:169.254.169.254
::ffff:192.168.1.1 ::ffff:a9fe:a9fe 64:ff9b::127.0.0.1 64:ff9b::10.1.1.1 64:ff9b::169.254.169.254 64:ff9b::a00:1
64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fdff::1
fe80::1 fe80::1%eth0 2606:4700:4700::1111%lo febf::1 fec0::1 ff02::1 ff05::2 4000::1 8000::1 e000::1
"""

ALLOWED = """
1.1.1.1 8.8.8.8 9.9.9.9 11.0.0.1 93.184.215.14 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 168.63.129.15
169.253.255.255 172.15.255.255 172.32.0.1 192.0.1.1 192.167.1.1 198.17.0.1 198.20.0.1 223.255.255.254 203.0.114.1
::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 64:ff9b::101:101 2001:200::1 2001:4860:4860::8888 2003::1
2606:4700:4700::1111 2620:4f:7fff::1 2620:fe::fe 2a00:1450:4001::200e 2c0f:f248::1 3ffe:ffff::1
"""

SPELLINGS = """
2130706433 0x7f000001 0x7f.1 017700000001 127.1 127.0.1 0177.0.0.1 127.0.0.01 127.0.0.1. localhost [::1] ::1%1
1.1.1 1.1.1.1.1 256.1.1.1 ::ffff:1.1.1 1:2:3:4:5:6:7:8:9 \uff11.\uff11.\uff11.\uff11
"""


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert AddressPolicy().judge(address) is not None


@pytest.mark.parametrize("address", ALLOWED.split())
def test_public_addresses_are_allowed(address: str) -> None:
    assert AddressPolicy().judge(address) is None


@pytest.mark.parametrize("text", [*SPELLINGS.split(), "", "news.example"])
def test_only_plain_literals_are_judged_at_all(text: str) -> None:
    everything = AddressPolicy(allow_private=True, allow_networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
    reason = everything.judge(text)
    assert reason is not None
    assert "not a plain IP address" in reason


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:127.0.0.1"]
)
def test_allow_private_opens_loopback_and_private_networks(address: str) -> None:
    assert AddressPolicy(allow_private=True).judge(address) is None


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "fe80::1"])
def test_allow_private_leaves_metadata_services_shut(address: str) -> None:
    assert AddressPolicy(allow_private=True).judge(address) is not None


def test_allow_networks_opens_exactly_what_it_names() -> None:
    policy = AddressPolicy(allow_networks=(ip_network("100.64.0.0/16"), ip_network("fd00:1::/32")))
    assert policy.judge("100.64.1.1") is None
    assert policy.judge("::ffff:100.64.1.1") is None
    assert policy.judge("fd00:1::5") is None
    assert policy.judge("100.65.0.1") is not None
    assert policy.judge("fd00:2::5") is not None


def test_the_reason_names_the_setting_that_would_help() -> None:
    assert "allow_private" in (AddressPolicy().judge("192.168.1.1") or "")
    assert "allow_private" not in (AddressPolicy().judge("169.254.169.254") or "")


@given(st.ip_addresses(v=4))
def test_ipv4_is_judged_alike_in_every_dress(address: object) -> None:
    policy = AddressPolicy()
    plain = policy.judge(str(address)) is None
    assert (policy.judge(f"::ffff:{address}") is None) == plain
    assert (policy.judge(f"64:ff9b::{address}") is None) == plain


@given(st.ip_addresses(v=6))
def test_ipv6_outside_global_unicast_is_public_only_if_it_carries_ipv4(address: object) -> None:
    text = str(address)
    if AddressPolicy().judge(text) is None:
        assert text[0] in "23" or text.startswith(("::ffff:", "64:ff9b::"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "feeds.localhost", "127.0.0.5", "::1", "10.0.0.7"])
def test_local_hosts_are_recognised_without_a_lookup(host: str) -> None:
    assert is_local_host(host)


@pytest.mark.parametrize("host", ["news.example", "localhost.example", "8.8.8.8", "169.254.1.1"])
def test_other_hosts_are_not_local(host: str) -> None:
    assert not is_local_host(host)
