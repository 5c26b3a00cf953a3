from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.field_service_order_gate import ENDED_STATES


class FieldServicePortal(CustomerPortal):
    """Requests, work orders, appointments and reports, for the customer.

    Portal users have no right on our models. Which orders are theirs is asked here, in
    one place, and everything they see is read with the rights of the system after that.
    """

    # ---------------------------------------------------------------------- access
    def _get_orders(self):
        """Return the orders' model with the rights to read what is shown."""
        # The domain below is what keeps customers apart; they have no rights at all.
        return request.env["field.service.order"].sudo()

    def _get_own_domain(self):
        return self._get_orders()._get_portal_domain(request.env.user.partner_id)

    def _get_order(self, order_id, access_token=None):
        """Return an order of the visitor, by his login or by the link he was sent.

        :raises MissingError: when there is no such order
        :raises AccessError: when it is somebody else's
        """
        order = self._get_orders().search([("id", "=", order_id)])
        if not order:
            raise MissingError(request.env._("This work order does not exist."))
        token = order.access_token
        if access_token and token and consteq(token, access_token):
            return order
        if request.env.user._is_public() or not order.filtered_domain(
            self._get_own_domain()
        ):
            raise AccessError(request.env._("This is not a work order of yours."))
        return order

    def _open(self, order_id, access_token, show):
        """Answer with what ``show`` makes of an order, or go home."""
        try:
            order = self._get_order(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return show(order)

    # ------------------------------------------------------------------------ home
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_order_count" in counters:
            count = self._get_orders().search_count(self._get_own_domain())
            # The entry is shown where there is something to see or to ask for.
            values["service_order_count"] = count or int(self._may_request())
        return values

    def _may_request(self):
        # A setting, not data of the company's.
        company = request.env.company.sudo()
        return company.service_portal_requests

    # ------------------------------------------------------------------------ list
    def _get_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "id desc"},
            "visit": {
                "label": request.env._("Appointment"),
                "order": "expected_start, id desc",
            },
            "name": {"label": request.env._("Number"), "order": "name"},
        }

    def _get_filters(self):
        return {
            "open": {
                "label": request.env._("Open"),
                "domain": Domain("state", "not in", ENDED_STATES),
            },
            "over": {
                "label": request.env._("Past"),
                "domain": Domain("state", "in", ENDED_STATES),
            },
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
        }

    def _get_search_inputs(self):
        label = request.env._("Number or problem")
        return {"all": {"input": "all", "label": label}}

    def _get_search_domain(self, search):
        return Domain.OR(
            Domain(name, "ilike", search)
            for name in ("name", "description", "asset_ids.name", "asset_ids.serial")
        )

    @http.route(
        ["/my/work-orders", "/my/work-orders/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_service_orders(
        self, page=1, sortby=None, filterby=None, search=None, search_in=None, **kwargs
    ):
        """Show the work orders of the visitor."""
        sortings, filters = self._get_sortings(), self._get_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        # Neither a word nor stored anywhere.
        search = (search or "").replace("\0", "")
        domain = self._get_own_domain() & filters[filterby]["domain"]
        if search:
            domain &= self._get_search_domain(search)
        orders = self._get_orders()
        pages = pager(
            url="/my/work-orders",
            url_args={"sortby": sortby, "filterby": filterby, "search": search or ""},
            total=orders.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        return request.render(
            "field_service.portal_service_orders",
            {
                **self._prepare_portal_layout_values(),
                "orders": orders.search(
                    domain,
                    order=sortings[sortby]["order"],
                    limit=self._items_per_page,
                    offset=pages["offset"],
                ),
                "page_name": "service_order",
                "default_url": "/my/work-orders",
                "pager": pages,
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
                "searchbar_inputs": self._get_search_inputs(),
                "search_in": "all",
                "search": search,
                "may_request": self._may_request(),
            },
        )

    # ----------------------------------------------------------------------- order
    @http.route(
        "/my/work-orders/<int:order_id>", type="http", auth="public", website=True
    )
    def portal_service_order(self, order_id, access_token=None, **kwargs):
        """Show one work order."""
        return self._open(
            order_id,
            access_token,
            lambda order: self._render_order(order, access_token, **kwargs),
        )

    def _render_order(self, order, access_token, **kwargs):
        values = self._get_page_view_values(
            order,
            access_token,
            {
                "page_name": "service_order",
                "order": order,
                "movable": order._get_movable_visit(),
                "done": kwargs.pop("done", None),
                "rating_token": self._get_rating_token(order),
            },
            "my_service_orders_history",
            False,
            **kwargs,
        )
        # The chatter knows its reader by the link, portal users included.
        values["token"] = order._portal_ensure_token()
        return request.render("field_service.portal_service_order", values)

    def _get_rating_token(self, order):
        """Return what lets the customer rate the work: him, not a colleague of ours."""
        user = request.env.user
        customer = order.partner_id.commercial_partner_id
        if not user._is_public() and user.commercial_partner_id != customer:
            return False
        return order._get_portal_rating_token()

    @http.route(
        "/my/work-orders/<int:order_id>/report",
        type="http",
        auth="public",
        website=True,
    )
    def portal_service_report(self, order_id, access_token=None, **kwargs):
        """Download the latest service report."""
        return self._open(order_id, access_token, self._send_report)

    def _send_report(self, order):
        report = order._get_last_report()
        if not report.attachment_id:
            raise NotFound
        stream = request.env["ir.binary"]._get_stream_from(report.attachment_id)
        return stream.get_response(as_attachment=True)

    # ------------------------------------------------------------------ reschedule
    @http.route(
        "/my/work-orders/<int:order_id>/reschedule",
        type="http",
        auth="public",
        website=True,
    )
    def portal_service_reschedule(
        self, order_id, access_token=None, window=None, **kwargs
    ):
        """Offer other times, and move the visit to the one that is chosen."""
        return self._open(
            order_id,
            access_token,
            lambda order: self._choose_window(order, access_token, window),
        )

    def _choose_window(self, order, access_token, window):
        error = None
        if request.httprequest.method == "POST":
            try:
                # A refusal leaves nothing half done.
                with request.env.cr.savepoint():
                    before = order._reschedule(*_read_window(window))
            except UserError as problem:
                error = str(problem)
            else:
                self._tell_rescheduled(order, before)
                return request.redirect(
                    order.get_portal_url(query_string="&done=moved")
                )
        days = {}
        for start, stop in order._get_reschedule_windows():
            day, hours = order._get_portal_window(start, stop)
            days.setdefault(day, []).append((_write_window(start, stop), hours))
        return request.render(
            "field_service.portal_service_reschedule",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "service_order",
                "order": order,
                "movable": order._get_movable_visit(),
                "days": days,
                "error": error,
                "access_token": access_token,
            },
        )

    def _tell_rescheduled(self, order, before):
        visit = order._get_open_visits()
        order.message_post(
            author_id=self._get_author(order).id,
            body=request.env._(
                "The customer moved the appointment from %(before)s to %(after)s.",
                before=before,
                after=order._format_portal_window(visit.start, visit.stop),
            ),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _get_author(self, order):
        """Return who acts: the user, or the customer the link was sent to."""
        user = request.env.user
        return order.partner_id if user._is_public() else user.partner_id


def _write_window(start, stop):
    return f"{fields.Datetime.to_string(start)}/{fields.Datetime.to_string(stop)}"


def _read_window(text):
    """Return (start, stop) from a form.

    :raises ValidationError: when it is no window
    """
    try:
        start, stop = (fields.Datetime.to_datetime(part) for part in text.split("/"))
    except (AttributeError, TypeError, ValueError) as error:
        raise ValidationError(request.env._("Choose one of the times.")) from error
    return start, stop
