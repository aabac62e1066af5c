"""The few pages a browser sees. Field names and ids are those of Microsoft's page, so that a script fits both."""

from collections.abc import Iterable, Mapping
from html import escape

from portsip_m365_plugin.simulator.exchange import Answer

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;background:#eef1f5;color:#1b1b1b;display:grid;place-items:center;"
    "min-height:100vh;margin:0}main{background:#fff;padding:2rem;max-width:26rem;width:100%;box-sizing:border-box;"
    "box-shadow:0 2px 8px #0003}h1{font-size:1.4rem;margin:0 0 1rem}input[type=text]{width:100%;font:inherit;"
    "padding:.4rem;box-sizing:border-box;margin:.3rem 0 1rem}button,input[type=submit]{font:inherit;padding:.4rem 1rem;"
    "margin:.1rem;cursor:pointer}ul{list-style:none;padding:0}li button{width:100%;text-align:left}"
    ".error{color:#a80000}.note{color:#595959;font-size:.85rem}"
)


def page(title: str, body: str, status: int = 200) -> Answer:
    """An HTML page; ``body`` is markup."""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}"
        '<p class="note">This is the simulator on this machine, not Microsoft. Nobody needs a password here.</p>'
        "</main></body></html>"
    )
    return Answer(status, text.encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"})


def sign_in_page(action: str, hint: str, error: str, people: Iterable[tuple[str, str]]) -> Answer:
    """The sign-in page: a name is typed, or one of the offered people is chosen."""
    offered = "".join(
        f'<li><button name="loginfmt" value="{escape(upn)}">{escape(name)}<br>'
        f"<small>{escape(upn)}</small></button></li>"
        for upn, name in people
    )
    shown = f'<p class="error" id="usernameError" role="alert">{escape(error)}</p>' if error else ""
    return page(
        "Sign in",
        f'{shown}<form method="post" action="{escape(action)}"><label for="i0116">Email or user name</label>'
        f'<input type="text" name="loginfmt" id="i0116" value="{escape(hint)}" autofocus autocomplete="off">'
        '<input type="submit" id="idSIButton9" value="Next"></form>'
        f'<form method="post" action="{escape(action)}"><ul>{offered}</ul>'
        '<button name="cancel" value="1" id="idBtn_Back">Cancel</button></form>',
    )


def approval_page(action: str, app_id: str) -> Answer:
    """No administrator has consented, and this person cannot."""
    return page(
        "Need admin approval",
        f"<p>The application {escape(app_id)} needs permission to access resources in your organization that only an "
        f'administrator can grant.</p><form method="post" action="{escape(action)}">'
        '<button name="cancel" value="1" id="idBtn_Back">Return to the application without granting consent</button>'
        "</form>",
    )


def consent_page(action: str, app_id: str, permissions: Iterable[str]) -> Answer:
    """An administrator grants or refuses what the app asks for."""
    listed = "".join(f"<li>{escape(name)}</li>" for name in permissions)
    return page(
        "Permissions requested. Review for your organization",
        f'<p>{escape(app_id)}</p><ul>{listed}</ul><form method="post" action="{escape(action)}">'
        '<button name="accept" value="1" id="idSIButton9">Accept</button>'
        '<button name="cancel" value="1" id="idBtn_Back">Cancel</button></form>',
    )


def error_page(description: str, status: int = 400) -> Answer:
    """An error that is not sent back to the application, because its address cannot be trusted."""
    return page("Sign in", f'<p class="error" id="exceptionMessage">{escape(description)}</p>', status)


def form_post(target: str, fields: Mapping[str, str]) -> Answer:
    """``response_mode=form_post``: the browser posts the answer to the application, across sites."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    text = (
        '<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" '
        f'action="{escape(target)}">{inputs}<noscript><p>Script is disabled. Click Submit to continue.</p>'
        '<input type="submit" value="Submit"></noscript></form>'
        '<script>window.setTimeout("document.forms[0].submit()", 0);</script></body></html>'
    )
    return Answer(200, text.encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"})
