import base64
from datetime import datetime

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager

from ..models.field_service_visit_gate import OPEN_STATES, WAITING_STATES
from ..tools.recurrence import to_utc, to_wall
from .portal_request import MAX_PHOTOS, FieldServicePortalRequest, read_id, read_text

FORM_TIME = "%Y-%m-%dT%H:%M"


class FieldServicePortalVisits(FieldServicePortalRequest):
    """A subcontractor's visits: he accepts or declines them, and reports his work.

    As for customers, portal users have no right on our models: which visits are his is
    asked in ``_get_vendor_visit`` and nowhere else, and there is no link without login.
    """

    # ---------------------------------------------------------------------- access
    def _get_visits(self):
        """Return the visits' model with the rights to read what is shown."""
        # The domain below is what keeps vendors apart; they have no rights at all.
        return request.env["field.service.visit"].sudo()

    def _get_visit_domain(self):
        return self._get_visits()._get_vendor_domain(request.env.user.partner_id)

    def _get_vendor_visit(self, visit_id):
        """Return a visit of the visitor's company; none for what is not his."""
        visit = self._get_visits().search(
            Domain("id", "=", visit_id) & self._get_visit_domain()
        )
        # Everything that follows happens in the company that has sent him.
        return visit.with_company(visit.company_id)

    # ------------------------------------------------------------------------ list
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_visit_count" in counters:
            values["service_visit_count"] = self._get_visits().search_count(
                self._get_visit_domain()
            )
        return values

    def _get_visit_filters(self):
        return {
            "open": {
                "label": request.env._("Open"),
                "domain": Domain("state", "in", OPEN_STATES),
            },
            "done": {
                "label": request.env._("Done"),
                "domain": Domain("state", "=", "completed"),
            },
        }

    @http.route(
        ["/my/visits", "/my/visits/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_service_visits(self, page=1, filterby=None, done=None, **kwargs):
        """Show the visits of a subcontractor, the next one first."""
        filters = self._get_visit_filters()
        filterby = filterby if filterby in filters else "open"
        domain = self._get_visit_domain() & filters[filterby]["domain"]
        visits = self._get_visits()
        pages = pager(
            url="/my/visits",
            url_args={"filterby": filterby},
            total=visits.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        return request.render(
            "field_service.portal_service_visits",
            {
                **self._prepare_portal_layout_values(),
                "visits": visits.search(
                    domain,
                    order="start desc, id" if filterby == "done" else "start, id",
                    limit=self._items_per_page,
                    offset=pages["offset"],
                ),
                "page_name": "service_visit",
                "default_url": "/my/visits",
                "pager": pages,
                "searchbar_filters": filters,
                "filterby": filterby,
                "done": done,
            },
        )

    # ----------------------------------------------------------------------- visit
    @http.route("/my/visits/<int:visit_id>", type="http", auth="user", website=True)
    def portal_service_visit(self, visit_id, done=None, **kwargs):
        """Show one visit of a subcontractor."""
        visit = self._get_vendor_visit(visit_id)
        if not visit:
            raise request.not_found()
        return self._render_visit(visit, done=done)

    def _render_visit(self, visit, error=None, form=None, done=None):
        reasons = request.env["field.service.reason"].sudo()  # no secret of anybody
        labels = visit._fields["result"]._description_selection(request.env)
        zone = visit.order_id._get_site_tz()
        planned = {
            name: moment and to_wall(moment, zone).strftime(FORM_TIME)
            for name, moment in (("start", visit.start), ("stop", visit.stop))
        }
        return request.render(
            "field_service.portal_service_visit",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "service_visit",
                "visit": visit,
                "order": visit.order_id,
                "may_answer": visit.state in WAITING_STATES,
                "decline_reasons": reasons.search([("kind", "=", "decline")]),
                "return_reasons": reasons.search([("kind", "=", "return")]),
                "results": labels,
                "values": {**planned, "result": "solved", **(form or {})},
                "max_photos": MAX_PHOTOS,
                "error": error,
                "done": done,
            },
        )

    def _answer(self, visit_id, form, apply, done):
        """Do what a form asks for, and show what came of it."""
        visit = self._get_vendor_visit(visit_id)
        if not visit:
            raise request.not_found()
        try:
            with request.env.cr.savepoint():
                apply(visit, form)
        except UserError as problem:
            visit.invalidate_recordset()
            return self._render_visit(visit, error=str(problem), form=form)
        still_his = self._get_vendor_visit(visit_id)
        page = f"/my/visits/{visit_id}" if still_his else "/my/visits"
        return request.redirect(f"{page}?done={done}")

    @http.route(
        "/my/visits/<int:visit_id>/accept",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_service_visit_accept(self, visit_id, **kwargs):
        """Accept a visit."""
        return self._answer(
            visit_id, kwargs, lambda visit, form: visit._accept_by_vendor(), "accepted"
        )

    @http.route(
        "/my/visits/<int:visit_id>/decline",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_service_visit_decline(self, visit_id, **kwargs):
        """Decline a visit, with a reason."""
        return self._answer(visit_id, kwargs, self._decline_visit, "declined")

    def _decline_visit(self, visit, form):
        visit._decline_by_vendor(
            read_id(form.get("reason_id")), read_text(form.get("decline_note"))
        )

    @http.route(
        "/my/visits/<int:visit_id>/report",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_service_visit_report(self, visit_id, **kwargs):
        """Report what was done on a visit."""
        return self._answer(visit_id, kwargs, self._report_visit, "reported")

    def _report_visit(self, visit, form):
        photos = self._read_photos()
        zone = visit.order_id._get_site_tz()
        start, stop = (_read_moment(form.get(name), zone) for name in ("start", "stop"))
        # First: with the report the order may be done, and its documents complete.
        visit.env["field.service.photo"].create(
            [
                {
                    "visit_id": visit.id,
                    "name": name,
                    "image": base64.b64encode(content),
                    "taken_on": stop,
                }
                for name, content in photos
            ]
        )
        visit._report_by_vendor(
            start,
            stop,
            read_text(form.get("result")),
            read_text(form.get("note")),
            read_id(form.get("return_reason_id")),
        )


def _read_moment(text, zone):
    """Return the UTC of what was entered on the clock of the site."""
    try:
        moment = datetime.strptime(read_text(text)[:16], FORM_TIME)
    except ValueError as error:
        raise ValidationError(
            request.env._("Say when you began and when you finished.")
        ) from error
    return to_utc(moment, zone)
