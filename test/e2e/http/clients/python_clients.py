"""requests and httpx through the gateway: prints what each of them saw as JSON."""

import asyncio
import json
import sys

import httpx
import requests

base, token = sys.argv[1:3]
headers = {"Authorization": f"Bearer {token}"}


def with_requests():
    with requests.Session() as session:
        session.headers.update(headers)
        answers = [session.get(f"{base}/echo/requests?n={n}") for n in range(3)]
        posted = session.post(f"{base}/echo/requests", json={"name": "Ada"})
        large = session.get(f"{base}/large.bin", stream=True)
        size = sum(len(part) for part in large.iter_content(65536))
        here = session.get(f"{base}/here")
        away = session.get(f"{base}/away")
        return {
            "texts": [answer.text for answer in answers],
            "posted": posted.text,
            "large": size,
            "here": here.text,
            "away": [away.status_code, away.json()["code"]],
        }


async def with_httpx():
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        answers = await asyncio.gather(
            *[client.get(f"{base}/echo/httpx?n={n}") for n in range(5)]
        )
        denied = await client.get(f"{base}/echo/..%2fsecret")
        return {
            "texts": [answer.text for answer in answers],
            "denied": [denied.status_code, denied.json()["code"]],
        }


print(json.dumps({"requests": with_requests(), "httpx": asyncio.run(with_httpx())}))
