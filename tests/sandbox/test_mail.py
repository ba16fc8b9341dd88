"""The mail company: takes what smtplib sends, shows it to people and to tests, and refuses when told to."""

import smtplib
import time
from email.message import EmailMessage

import httpx
import pytest

from yuanyou_sandbox.settings import HOST
from yuanyou_sandbox.testing import RunningSandbox

STUDENT = "student@example.com"


def send(
    sandbox: RunningSandbox, *, to: str = STUDENT, subject: str = "您的验证码", text: str = "K7PQ-M2XR"
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Yuanyou <post@example.com>", to, subject
    message.set_content(f"验证码：\n{text}\n")
    message.add_alternative(f"<p>验证码：<b>{text}</b></p><script>alert(1)</script>", subtype="html")
    with smtplib.SMTP(HOST, sandbox.smtp_port, timeout=5) as server:
        server.send_message(message)


def test_a_letter_is_there_as_it_was_sent(sandbox: RunningSandbox) -> None:
    send(sandbox)
    (letter,) = sandbox.mail(to=STUDENT)
    assert (letter["from"], letter["to"], letter["subject"]) == ("post@example.com", STUDENT, "您的验证码")
    assert letter["text"].splitlines() == ["验证码：", "K7PQ-M2XR"]
    assert letter["html"].startswith("<p>验证码：<b>K7PQ-M2XR</b></p>")


def test_letters_come_newest_first_by_address_and_after_a_letter(sandbox: RunningSandbox) -> None:
    for text in ("one", "two", "three"):
        send(sandbox, text=text)
    send(sandbox, to="somebody.else@example.com")
    newest = sandbox.mail(to="Student@Example.com")
    assert [each["text"].split()[-1] for each in newest] == ["three", "two", "one"]
    assert sandbox.mail(to=STUDENT, after_id=newest[1]["id"]) == newest[:1]
    assert len(sandbox.mail()) == 4
    assert len(sandbox.mail(limit=2)) == 2


def test_a_letter_to_two_people_reaches_both(sandbox: RunningSandbox) -> None:
    send(sandbox, to=f"{STUDENT}, parent@example.com")
    assert [len(sandbox.mail(to=each)) for each in (STUDENT, "parent@example.com")] == [1, 1]


def test_the_pages_show_a_letter_without_running_its_script(sandbox: RunningSandbox) -> None:
    send(sandbox, subject="<b>Bold</b>", text="https://example.com/sign-in/?a=1&b=2.")
    (letter,) = sandbox.mail()
    listing = httpx.get(f"{sandbox.url}/mail/").text
    assert f'href="/mail/{letter["id"]}"' in listing
    assert "&lt;b&gt;Bold&lt;/b&gt;" in listing
    assert "<b>Bold</b>" not in listing
    page = httpx.get(f"{sandbox.url}/mail/{letter['id']}").text
    assert 'href="https://example.com/sign-in/?a=1&amp;b=2"' in page
    html = httpx.get(f"{sandbox.url}/mail/{letter['id']}/html")
    policy = html.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy


def test_an_attachment_is_listed_and_can_be_downloaded(sandbox: RunningSandbox) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "post@example.com", STUDENT, "收据"
    message.set_content("Your receipt.")
    message.add_attachment(b"%PDF-1.7 \xff", maintype="application", subtype="pdf", filename="收据 1.pdf")
    with smtplib.SMTP(HOST, sandbox.smtp_port, timeout=5) as server:
        server.send_message(message)
    (attached,) = sandbox.mail()[0]["attachments"]
    assert (attached["name"], attached["type"], attached["size"]) == ("收据 1.pdf", "application/pdf", 10)
    assert f'href="{attached["url"]}"' in httpx.get(f"{sandbox.url}/mail/{sandbox.mail()[0]['id']}").text
    file = httpx.get(f"{sandbox.url}{attached['url']}")
    assert file.content == b"%PDF-1.7 \xff"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert httpx.get(f"{sandbox.url}{attached['url'][:-1]}1").status_code == 404


def test_a_letter_that_never_came_is_not_found(sandbox: RunningSandbox) -> None:
    assert httpx.get(f"{sandbox.url}/mail/999").status_code == 404
    assert httpx.get(f"{sandbox.url}/mail/999/html").status_code == 404
    assert httpx.get(f"{sandbox.url}/mail/messages?after_id=x").status_code == 400


@pytest.mark.parametrize(("fault", "code"), [("refuse", 550), ("tempfail", 451)])
def test_an_address_is_refused_for_ever_or_for_now_once(
    sandbox: RunningSandbox, fault: str, code: int
) -> None:
    sandbox.control("faults", {"company": "mail", "fault": fault})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(sandbox)
    assert refused.value.recipients[STUDENT][0] == code
    assert sandbox.mail() == []
    send(sandbox)
    assert len(sandbox.mail()) == 1


def test_only_the_address_a_fault_is_about_is_refused(sandbox: RunningSandbox) -> None:
    sandbox.control("faults", {"company": "mail", "fault": "refuse", "about": STUDENT})
    send(sandbox, to="somebody.else@example.com")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sandbox)


def test_a_slow_server_still_takes_the_letter(sandbox: RunningSandbox) -> None:
    sandbox.control("faults", {"company": "mail", "fault": "slow", "seconds": 0.5})
    began = time.monotonic()
    send(sandbox)
    assert time.monotonic() - began >= 0.5
    assert len(sandbox.mail()) == 1
