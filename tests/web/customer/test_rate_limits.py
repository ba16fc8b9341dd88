"""Rate limits live where all processes see them (DESIGN law 22)."""

import subprocess
import sys
from pathlib import Path

from tests.people import People

KNOCK = """
import django
from django.conf import settings
django.setup()
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
settings.ALLOWED_HOSTS = ["testserver"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
from django.test import Client
print(*(Client().post("/sign-in/", {"login": "mei@example.com"}).status_code for _ in range(4)))
"""


def test_two_processes_give_one_address_three_codes_a_minute_together(
    people: People, postgres_url: str, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": postgres_url,
        "DJANGO_SETTINGS_MODULE": "yuanyou.project.settings",
        "PYTHONPATH": ":".join(sys.path),
        "PATH": "",
        "YUANYOU_DATA": str(tmp_path),
    }
    (tmp_path / "static").mkdir()
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", KNOCK],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [len(each) for each in answers] == [4, 4]
    assert sum(each.count("302") for each in answers) == 3
