"""One of two processes: creates users as fast as it can, by hand or by a plugin, and prints their numbers."""

from __future__ import annotations

import sys

from pbx_devhost.bound.host import open_host
from pbx_devhost.store.stores import open_stores
from pbx_plugin_api import CreateUser, DraftUser, UserLink


def main(url: str, mark: str, count: int, how: str) -> None:
    stores = open_stores(url, key=bytes(range(32)))
    tenant = stores.tenants.find("Contoso")
    sys.stdin.readline()  # both begin at once
    numbers = []
    if how == "by hand":
        for n in range(count):
            numbers.append(stores.users.add(tenant.pbx_tenant_id, f"{mark}{n}", display_name=f"{mark} {n}"))
    else:
        with open_host(stores, mark, tenant, None) as host:
            for start in range(0, count, 25):
                names = [f"{mark}{n}" for n in range(start, start + 25)]
                batch = [
                    CreateUser(
                        draft=DraftUser(
                            link=UserLink(authority="directory", subject=name),
                            usernames=(name,),
                            display_name=name,
                        )
                    )
                    for name in names
                ]
                numbers += [str(result.extension_number) for result in host.users.apply(batch)]
    print("\n".join(numbers))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
