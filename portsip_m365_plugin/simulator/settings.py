"""The switches of a simulated cloud: page sizes, delays, and what Microsoft does not document."""

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """All may be changed while the server runs (``Simulator.settings`` or ``POST /_control/settings``)."""

    latency_s: float = 0.0  # waited in each request, while it holds its mailbox slot
    max_page: int | None = None  # the most a page holds, whatever $top or Prefer ask for
    user_page: int = 100  # default of GET /users (paging, 2026-05)
    delta_page: int = 200  # default of users/delta (observed)
    contact_page: int = 10  # default of Outlook listings
    contact_delta_page: int = 10  # without Prefer: odata.maxpagesize
    empty_page_every: int = 0  # every n-th page is empty and has a next link to the real page
    duplicate_every: int = 0  # every n-th page repeats its first item
    delta_replays: int = 0  # changes already reported that each delta round starts with
    expired_token_form: str = "gone"  # noqa: S105  "gone": 410 with Location; "too_old": 400 as observed live
    access_token_life_s: int = 3599
    list_default_folder: bool = False  # whether /contactFolders shows the default one (not documented)
    folder_delta_nested: bool = True  # whether contactFolders/delta names folders below folders (not documented)
    contact_delta_strays: bool = False  # whether a first round names contacts that left the folder before
    immutable_ids: bool = True  # not documented for 21Vianet
    batch: bool = True  # not documented for 21Vianet
    batch_shuffled: bool = True
    shared_by_upn_fails: bool = False  # observed: a shared mailbox addressed by UPN answers 503 MailboxInfoStale
    photo_bytes: int = 4000
    photo_etag: str = "same"  # of the picture, beside the metadata's: same, other, none
