"""A card number that gets into a text of ours all the same is cut out before it is kept (law 21)."""

import json
from typing import Any

import stripe

from tests.flows.test_with_stripe import line_of, now, pending
from tests.people import People
from yuanyou.flows import settlement
from yuanyou.identity import actions as identity
from yuanyou.identity import queries, seal
from yuanyou.payments.models import Inbox
from yuanyou_sandbox.testing import RunningSandbox

CARD = "4242 4242 4242 4242"


def test_a_notice_is_kept_without_it_and_still_leads_to_its_attempt(
    sandbox: RunningSandbox, people: People
) -> None:
    attempt = pending(line_of(people))
    event: dict[str, Any] = {"id": "evt_1", "object": "event", "type": "checkout.session.completed"}
    said = {"object": "checkout.session", "id": attempt.provider_ref, "client_reference_id": attempt.ref}
    event["data"] = {"object": said | {"metadata": {"note": f"my card is {CARD}"}}}
    body = json.dumps(event)
    signed = stripe.WebhookSignature.generate_signature_header(body, sandbox.webhook_secret)
    settlement.receive("stripe", headers={"Stripe-Signature": signed}, body=body.encode(), now=now())
    kept = Inbox.objects.get()
    text = seal.open_(seal.NOTICES, bytes(kept.body)).decode()
    assert (kept.ref, "[card 4242]" in text, CARD in text) == (attempt.ref, True, False)


def test_a_name_is_kept_without_it(people: People) -> None:
    identity.set_preferences(people.mei.id, name=f"Mei {CARD}", language="en", zone="Asia/Tokyo")
    assert queries.person(people.mei.id).name == "Mei [card 4242]"
