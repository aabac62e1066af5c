"""The app's own keys at Entra: register one, remove one. Both need a proof signed by a key that is registered now.

Sources: application-addkey, application-removekey, application-rollkey-prooftoken (2024-06-10). An app needs no
permission for its own keys, and cannot list them.
"""

from __future__ import annotations

import base64

from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.wire import build


def add_key(client: GraphClient, application_object_id: str, certificate_der: bytes, proof: str) -> str:
    """Register a certificate and return Entra's id of it; empty where the answer names none. Cost: one request.

    Not idempotent: sent twice, Entra may list the certificate twice. Entra's servers accept it some minutes later.

    Args:
        client: The app's.
        application_object_id: Of the app registration, not of the enterprise application.
        certificate_der: The public half.
        proof: See `entra.assertion.sign_key_proof`.

    Raises:
        GraphError: `ProofRefusedError`, `NotFoundError` for a wrong object id, `KeyLifeRefusedError` and
            `KeyKindRefusedError` for policies; after `AnswerLostError` it may have happened.
    """
    credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(certificate_der).decode()}
    body = {"keyCredential": credential, "passwordCredential": None, "proof": proof}
    request = build("applications.add_key", client.cloud, body=body, application_object_id=application_object_id)
    reply = client.send(request)
    key_id = reply.body.get("keyId") if isinstance(reply.body, dict) else None
    return key_id if isinstance(key_id, str) else ""


def remove_key(client: GraphClient, application_object_id: str, key_id: str, proof: str) -> None:
    """Remove a key. The proof is signed by another one. Cost: one request.

    Raises:
        GraphError: `BadRequestError` where there is no such key (any more); the others as for `add_key`.
    """
    body = {"keyId": key_id, "proof": proof}
    client.send(build("applications.remove_key", client.cloud, body=body, application_object_id=application_object_id))
