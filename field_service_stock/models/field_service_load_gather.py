import logging
from datetime import datetime, time, timedelta

import pytz
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import OPEN_STATES

_logger = logging.getLogger(__name__)

# Who is away for longer gets his list when he is back.
HORIZON = timedelta(days=60)
LIVE_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class FieldServiceLoadGather(models.AbstractModel):
    """Which moves are on which list. May run any number of times.

    A move is on the list of the day on which its visit takes place, once that day is
    the technician's next one. What somebody has in hand already (locked, printed or
    picked) stays where it is.
    """

    _name = "field.service.load.gather"
    _description = "Gathering of Load Lists"

    # ----------------------------------------------------------------- next day
    @api.model
    def _get_zone(self, technician):
        # A colleague's calendar is not readable for everybody, his time zone is no
        # secret.
        return pytz.timezone(technician.sudo().tz or "UTC")

    @api.model
    def _get_period(self, technician, day):
        """Return when a day of the technician begins and ends, as naive UTC."""
        if not day:
            return False, False
        zone, travel = self._get_zone(technician), self.env["field.service.travel"]
        return tuple(
            travel._get_midnight(each, zone) for each in (day, day + timedelta(days=1))
        )

    @api.model
    def _get_local_day(self, technician, moment):
        return pytz.utc.localize(moment).astimezone(self._get_zone(technician)).date()

    @api.model
    def _get_next_days(self, technicians, now):
        """Return {technician: his next day of work after today}.

        That is the next day of his own calendar without leave or holiday, or an earlier
        one for which a visit is planned all the same, unless he is away then.
        """
        until = now + HORIZON
        availability = self.env["field.service.availability"]
        # Whose resource somebody is, is no secret of planning.
        technicians = technicians.sudo()
        resources = technicians.resource_id
        work = availability._get_work(resources, now, until)
        absences = availability._get_absences(resources, now, until)
        visits = self.env["field.service.visit"].search(
            [
                ("technician_id", "in", technicians.ids),
                ("state", "in", OPEN_STATES),
                ("start", ">", now),
                ("start", "<", until),
            ]
        )
        visits = visits.grouped("technician_id")
        found = {}
        for technician in technicians:
            resource_id = technician.resource_id.id
            periods = list(work.get(resource_id, ()))
            periods += [
                (visit.start, visit.start)
                for visit in visits.get(technician, ())
                if not any(
                    away.start <= visit.start < away.stop
                    for away in absences.get(resource_id, ())
                )
            ]
            found[technician] = self._get_first_day(technician, periods, now)
        return found

    @api.model
    def _get_first_day(self, technician, periods, now):
        """Return the first day after today that one of the periods touches."""
        tomorrow = self._get_local_day(technician, now) + timedelta(days=1)
        zone = self._get_zone(technician)
        days = []
        for start, stop in periods:
            day = max(self._get_local_day(technician, start), tomorrow)
            midnight = zone.localize(datetime.combine(day, time.min))
            begins = midnight.astimezone(pytz.utc).replace(tzinfo=None)
            if max(start, begins) < stop or start == stop >= begins:
                days.append(day)
        return min(days, default=None)

    # ------------------------------------------------------------------- prepare
    @api.model
    def _prepare(self, technicians):
        """Bring the lists of these technicians up to date and return those of today
        and of their next day.
        """
        # Whoever plans has no right on stock: what is planned is what is loaded.
        gather = self.sudo()
        vans = technicians.sudo()._get_load_vans()
        now = fields.Datetime.now()
        loads = self.browse()
        drivers = technicians.sudo().filtered(lambda technician: vans[technician])
        for technician, day in gather._get_next_days(drivers, now).items():
            loads |= gather._gather(technician, vans[technician], day, now)
        return loads.with_env(self.env)

    @api.model
    def _gather(self, technician, vans, day, now):
        """Put each open move into the list it belongs to."""
        self = self.with_company(technician.company_id)
        for van in vans.sorted("id"):
            self._lock_van(van)
        today = self._get_local_day(technician, now)
        wanted = self._get_wanted(technician, vans, today, day)
        current = self.search(
            [("technician_id", "=", technician.id), ("date", ">=", today)]
        )
        listed = self.search([("technician_id", "=", technician.id)])._get_open_moves()
        loads = current
        for load in current:
            wanted.setdefault((load.date, load.location_id), self.env["stock.move"])
        for (date, van), moves in sorted(
            wanted.items(), key=lambda item: (item[0][0], item[0][1].id)
        ):
            load = current.filtered(
                lambda load, date=date, van=van: (load.date, load.location_id)
                == (date, van)
            )
            if not load:
                load = self.create(self._prepare_load_values(technician, van, date))
                loads |= load
            load._take_over(moves, listed)
        stale = (listed - self.env["stock.move"].union(*wanted.values())).filtered(
            lambda move: move.service_load_id not in loads
        )
        self._take_off(stale.filtered(lambda move: not move._is_in_hand()))
        loads._sync_batches()
        return loads.filtered(lambda load: load.date in (today, day))

    @api.model
    def _prepare_load_values(self, technician, van, date):
        return {
            "technician_id": technician.id,
            "location_id": van.id,
            "company_id": technician.company_id.id,
            "date": date,
        }

    @api.model
    def _lock_van(self, van):
        """Let nobody else gather or confirm for the van: he is tried again after us."""
        self.env.cr.execute(
            SQL(
                """UPDATE stock_location
                      SET service_load_revision = COALESCE(service_load_revision, 0) + 1
                    WHERE id = %s""",
                van.id,
            )
        )

    # --------------------------------------------------------------- which moves
    @api.model
    def _get_candidates(self, technician, vans):
        """Return the open moves that end in the vans, or are on their way to them.

        What colleagues hand over or customers give back is not loaded by a list.
        """
        all_vans = self.env["hr.employee"]._get_service_vans(technician.company_id)
        moves = self.env["stock.move"].search(
            Domain("company_id", "=", technician.company_id.id)
            & Domain("state", "in", LIVE_STATES)
            & Domain("location_id.usage", "in", ("internal", "transit"))
            & (
                Domain("location_dest_id", "child_of", vans.ids)
                | Domain("location_final_id", "child_of", vans.ids)
            )
            & ~Domain("location_id", "child_of", all_vans.ids),
            order="date, id",
        )
        # Of a chain only its last known step counts: the others lead to it.
        return moves.filtered(
            lambda move: move._is_load_step()
            or not move.move_dest_ids.filtered(lambda dest: dest.state in LIVE_STATES)
        )

    @api.model
    def _get_wanted(self, technician, vans, today, day):
        """Return {(date, van) of a list: the moves that belong to it}."""
        wanted = {}
        moves = self._get_candidates(technician, vans)
        visits = self._get_load_visits(technician, moves)
        for move in moves:
            visit = visits.get(move)
            date = self._get_move_day(technician, move, visit, today)
            load = move.service_load_id
            if not visit and load.technician_id != technician and load.date:
                # Two people share the van: what is for both is on one list.
                date = date if load.date < today else None
            if date == today and (visit or move.service_load_id.date == today):
                target = today
            elif date and day and date <= day:
                target = day
            else:
                continue
            place = move.location_final_id or move.location_dest_id
            key = (target, vans.filtered(lambda van, at=place: at._child_of(van))[:1])
            wanted[key] = wanted.get(key, moves.browse()) | move
        return wanted

    @api.model
    def _get_move_day(self, technician, move, visit, today):
        """Return on which day a move is needed; none when it is not."""
        if visit:
            return self._get_local_day(technician, visit.start)
        if move.service_order_id:
            # Its visit was cancelled, or is somebody else's.
            return None
        return max(self._get_local_day(technician, move.date), today)

    @api.model
    def _get_load_visits(self, technician, moves):
        """Return {move: the technician's next visit that needs it}."""
        visits = self.env["field.service.visit"].search(
            [
                ("order_id", "in", moves.service_order_id.ids),
                ("technician_id", "=", technician.id),
                ("state", "in", OPEN_STATES),
                ("start", "!=", False),
            ],
            order="start, id",
        )
        found = {}
        for move in moves:
            only = move.service_part_id.visit_id
            mine = visits.filtered(
                lambda visit, move=move, only=only: visit == only
                if only
                else visit.order_id == move.service_order_id
            )
            if mine:
                found[move] = mine[0]
        return found

    # ------------------------------------------------------------ what is changed
    def _take_over(self, moves, listed):
        """Put these moves on the list, and take the others off it."""
        elsewhere = moves.filtered(lambda move: move.service_load_id != self)
        added = elsewhere.filtered(
            lambda move: not move.service_load_id or not move._is_in_hand()
        )
        gone = (listed & self._get_open_moves()) - moves
        gone = gone.filtered(lambda move: not move._is_in_hand())
        is_new = not self.move_ids
        self._take_off(added | gone)
        added.service_load_id = self
        self._isolate()
        unreserved = self._get_open_moves().filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )
        unreserved._action_assign()
        if not is_new:
            self._log_changes(added, gone)

    @api.model
    def _take_off(self, moves):
        """Take moves off the lists they are on, and out of the batches of those."""
        if self._has_batches():
            for picking in moves.picking_id:
                load = (picking.move_ids & moves).service_load_id[:1]
                if load and load._is_own_batch(picking.batch_id):
                    picking.batch_id = False
        moves.filtered("service_load_id").write(
            {"service_load_id": False, "service_load_reason": False}
        )

    def _log_changes(self, added, gone):
        """Say on a list that exists already what has come and gone."""
        signs = [f"+ {move._get_load_text()}" for move in added]
        signs += [f"− {move._get_load_text()}" for move in gone]
        if signs:
            self._message_log(
                body=self.env._("Changed: %(changes)s", changes="; ".join(signs))
            )

    def _isolate(self):
        """Let a transfer of the list have nothing that is not on it.

        One transfer brings all parts of an order, which two visits may need.
        """
        for picking in self._get_open_moves().picking_id:
            others = picking.move_ids.filtered(
                lambda move: move.service_load_id != self
                and move.state not in ("done", "cancel")
            )
            if not others or picking.printed or any(others.mapped("picked")):
                continue
            rest = picking.copy({"name": "/", "move_ids": [], "move_line_ids": []})
            rest.service_order_id = picking.service_order_id
            others.write({"picking_id": rest.id})
            others.move_line_ids.write({"picking_id": rest.id})

    # -------------------------------------------------------------------- batches
    @api.model
    def _has_batches(self):
        """Tell whether there are batches: with ``stock_picking_batch``, unneeded."""
        return "batch_id" in self.env["stock.picking"]._fields

    def _is_own_batch(self, batch):
        """Tell whether a batch was made for this list, not for a walk of the stock."""
        return bool(batch) and batch.description == self.name

    def _sync_batches(self):
        """Have one batch of Odoo's own per list and operation type, where there are
        any. A transfer that somebody has put into another batch stays there.
        """
        if not self._has_batches():
            return
        for load in self:
            moves = load._get_open_moves().filtered(lambda move: move._is_load_step())
            pickings = moves.picking_id
            for kind, group in pickings.grouped("picking_type_id").items():
                missing = group.filtered(lambda picking: not picking.batch_id)
                if missing:
                    load._put_into_batch(kind, missing, group.batch_id)

    def _put_into_batch(self, kind, pickings, batches):
        batch = batches.filtered(
            lambda batch: self._is_own_batch(batch) and batch.state == "in_progress"
        )[:1]
        if batch:
            pickings.write({"batch_id": batch.id})
            return
        # Whose van it is, not everybody may read.
        user = self.technician_id.sudo().user_id
        batch = batch.create(
            {
                "description": self.name,
                "company_id": self.company_id.id,
                "picking_type_id": kind.id,
                "user_id": user.id,
                "picking_ids": pickings.ids,
            }
        )
        batch.action_confirm()

    # ----------------------------------------------------------------------- cron
    @api.model
    def _cron_prepare(self):
        """Prepare the lists of each company once a day, after its cut-off time."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([("service_load_auto", "=", True)])
        due = companies.filtered(lambda company: company._is_load_due())
        technicians = self.env["hr.employee"]._get_drivers(due)
        cron._commit_progress(remaining=len(technicians) + len(due))
        failed = self.env["res.company"]
        for technician in technicians:
            if not self._attempt_prepare(technician):
                failed |= technician.company_id
            if not cron._commit_progress(1):
                return
        for company in due - failed:
            company._set_load_made()
            cron._commit_progress(1)

    @api.model
    def _attempt_prepare(self, technician):
        """Prepare one technician's list; whatever goes wrong stops nobody else's."""
        try:
            with self.env.cr.savepoint():
                self._prepare(technician)
                self.env.flush_all()
        except UserError as error:
            _logger.info("Load list of %s: %s", technician.id, error)
        except OperationalError:
            _logger.warning("Load list of %s: concurrent change", technician.id)
        except Exception:
            _logger.exception("Load list of %s failed", technician.id)
        else:
            return True
        self.env.invalidate_all()
        return False
