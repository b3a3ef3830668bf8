# requests and httpx through the forward proxy: proxied.py PROXY CA URL FOREIGN_URL
import json
import sys

import httpx
import requests

proxy, authority, url, foreign = sys.argv[1:5]
proxies = {"http": proxy, "https": proxy}
seen = {"requests": requests.get(url, proxies=proxies, verify=authority, timeout=20).text}

with httpx.Client(proxy=proxy, verify=authority, timeout=20) as client:
    seen["httpx"] = client.get(url).text
    try:
        client.get(foreign)
        seen["foreign"] = "answered"
    except httpx.ProxyError as error:
        seen["foreign"] = str(error)

plain = url.replace("https:", "http:")
seen["plain"] = requests.get(plain, proxies=proxies, timeout=20).text
refused = requests.get(foreign.replace("https:", "http:"), proxies=proxies, timeout=20)
seen["refused"] = [refused.status_code, refused.json()["code"]]
json.dump(seen, sys.stdout)
