import logging
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from .field_service_event import CLOCK_TOLERANCE

_logger = logging.getLogger(__name__)

# What a phone reports later than this is a matter for the office.
OLDEST = timedelta(days=7)
POSITION = ("latitude", "longitude", "accuracy")


class Report(NamedTuple):
    """One thing a phone reports, checked as far as its form goes."""

    key: str
    kind: str
    visit: object
    time: datetime
    payload: dict
    position: dict


class FieldServiceMyDayAction(models.AbstractModel):
    """What the technician's phone reports: everything once, in order, with an answer.

    The phone keeps each report until it is told ``done`` or ``duplicate``. ``refused``
    comes with a sentence; ``waiting`` means that an earlier event of the same visit was
    refused, so that this one would tell half of a story.
    """

    _name = "field.service.my.day.action"
    _inherit = ["field.service.my.day.report"]
    _description = "Reports of a Technician's Phone"

    @api.model
    def apply_actions(self, actions, device_now=None):
        """Apply reports of a phone, each on its own.

        :param list actions: dicts with ``key`` (made by the phone), ``kind``,
            ``visit_id``, ``device_time`` (UTC), ``payload`` and optionally
            ``latitude``, ``longitude``, ``accuracy``
        :param str device_now: what the phone's clock shows (UTC); when it is wrong,
            the times of the reports are corrected by the difference
        :return: ``results`` in the order of the actions, each with ``key``, ``status``
            and ``message``; ``visits``: the pages of the visits as they are now;
            ``setup``: what else has changed by them
        :rtype: dict
        """
        if not isinstance(actions, list):
            raise UserError(self._get_refusal(None))
        page = self._with_all_companies()
        skew = page._get_skew(device_now)
        known = page._get_known_keys(actions)
        stuck, results = set(), []
        for action in actions:
            status, message = page._apply_action(action, skew, known, stuck)
            key = action.get("key") if isinstance(action, dict) else None
            results.append({"key": key, "status": status, "message": message or ""})
        visits = page.env["field.service.visit"].search(
            [("id", "in", page._get_visit_ids(actions))], order="start, id"
        )
        return {
            "now": fields.Datetime.to_string(fields.Datetime.now()),
            "results": results,
            "visits": page._get_pages(visits),
            "setup": page._get_setup_changes(actions),
        }

    @api.model
    def _get_setup_changes(self, actions):
        """Return what the reports have changed of what is the same on every page."""
        return {}

    @api.model
    def _get_visit_ids(self, actions):
        return list({action["visit_id"] for action in actions if _is_id(action)})

    @api.model
    def _get_known_keys(self, actions):
        """Return those keys of the user that were applied before."""
        keys = [action.get("key") for action in actions if isinstance(action, dict)]
        keys = [key for key in keys if isinstance(key, str) and "\0" not in key]
        # The list of keys is the server's memory, no document of the technician.
        known = self.env["field.service.phone.action"].sudo()
        return set(
            known.search([("user_id", "=", self.env.uid), ("key", "in", keys)]).mapped(
                "key"
            )
        )

    @api.model
    def _apply_action(self, action, skew, known, stuck):
        """Apply one report in a savepoint of its own.

        :param set known: keys that were applied before; grows
        :param set stuck: visits with a refused event; grows
        :return: (status, message)
        """
        try:
            if action.get("key") in known:
                return "duplicate", None
            if action.get("kind") == "event" and action.get("visit_id") in stuck:
                return "waiting", None
            with self.env.cr.savepoint():
                report = self._parse_action(action, skew)
                self._remember(report)
                message = getattr(self, self._get_action_kinds()[report.kind])(report)
                self.env.flush_all()
        except psycopg2.errors.UniqueViolation as error:
            if error.diag.table_name == self.env["field.service.phone.action"]._table:
                # Sent twice at the same moment: the other one has been first.
                return "duplicate", None
            return self._refuse(action, self._get_refusal(error), stuck)
        except (UserError, psycopg2.IntegrityError, psycopg2.DataError) as error:
            return self._refuse(action, self._get_refusal(error), stuck)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            # Neither what comes after it nor the phone must suffer from one bad report.
            _logger.warning("A phone's report was not understood", exc_info=True)
            return self._refuse(action, self._get_refusal(None), stuck)
        known.add(report.key)
        return "done", message

    @api.model
    def _refuse(self, action, message, stuck):
        # Anything may stand where the number of a visit is expected.
        if _is_id(action) and action.get("kind") == "event":
            stuck.add(action["visit_id"])
        return "refused", message

    @api.model
    def _get_refusal(self, error):
        """Return in words why something was refused."""
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, psycopg2.IntegrityError):
            model = next(
                (
                    model
                    for model in self.env.registry.values()
                    if model._table == error.diag.table_name and not model._abstract
                ),
                None,
            )
            records = self.env[model._name if model else "base"]
            return records._sql_error_to_message(error)
        return self.env._(
            "This could not be understood. Load the page anew and enter it again; if "
            "that does not help, tell the office."
        )

    @api.model
    def _remember(self, report):
        """Take the key, or fail when it is taken; undone when the report is refused."""
        # The list of keys is the server's memory, nobody else writes it.
        actions = self.env["field.service.phone.action"].sudo()
        actions.create(
            {
                "key": report.key,
                "user_id": self.env.uid,
                "visit_id": report.visit.id,
                "kind": report.kind,
                "device_time": report.time,
            }
        )
        actions.flush_model()

    # --------------------------------------------------------------------- parse
    @api.model
    def _parse_action(self, action, skew):
        """Return what the phone has sent as a report.

        :raises UserError: with a sentence for the technician
        """
        payload = action.get("payload") or {}
        if not action["key"] or action["kind"] not in self._get_action_kinds():
            raise ValueError(action["kind"])
        if not isinstance(payload, dict) or not isinstance(action["key"], str):
            raise TypeError(payload)
        return Report(
            key=action["key"],
            kind=action["kind"],
            visit=self._find_visit(action["visit_id"]),
            time=self._parse_time(action.get("device_time"), skew),
            payload=payload,
            position=self._parse_position(action),
        )

    @api.model
    def _parse_position(self, action):
        """Return where the phone was; nothing when it is not known."""
        if not all(action.get(name) for name in POSITION[:2]):
            return {}
        position = {name: float(action.get(name) or 0.0) for name in POSITION}
        plausible = (
            abs(position["latitude"]) <= 90 and abs(position["longitude"]) <= 180
        )
        return position if plausible else {}

    @api.model
    def _get_skew(self, device_now):
        """Return by how much the phone's clock is wrong; none when it is about right.

        Seconds of difference are the way through the network, not the clock.
        """
        try:
            shown = fields.Datetime.to_datetime(device_now)
        except (TypeError, ValueError):
            shown = None
        skew = fields.Datetime.now() - shown if shown else timedelta()
        return skew if abs(skew) > CLOCK_TOLERANCE else timedelta()

    @api.model
    def _parse_time(self, text, skew):
        """Return when it happened, by a clock that is right.

        :raises UserError: when that cannot be
        """
        try:
            time = fields.Datetime.to_datetime(text)
        except (TypeError, ValueError):
            time = None
        if not time:
            raise UserError(
                self.env._("The phone did not say when this happened: enter it again.")
            )
        time += skew
        now = fields.Datetime.now()
        shown = format_datetime(self.env, time, dt_format="short")
        if time > now + CLOCK_TOLERANCE:
            raise UserError(
                self.env._(
                    "%(time)s lies in the future: check the clock of the phone.",
                    time=shown,
                )
            )
        if time < now - OLDEST:
            raise UserError(
                self.env._(
                    "%(time)s is more than %(days)s days ago: tell the office what "
                    "happened, or check the clock of the phone.",
                    time=shown,
                    days=OLDEST.days,
                )
            )
        return time


def _is_id(action):
    """Tell whether a report names a visit by a number."""
    return isinstance(action, dict) and type(action.get("visit_id")) is int
