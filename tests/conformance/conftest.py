"""The tests that need Discord's document are left out where there is none; `test_conformance_document.py` says so."""

from tests.support.conformance.document import document_path

collect_ignore_glob = [] if document_path() else ["test_against_*.py"]
