import base64
from datetime import datetime, time

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..tools.images import image_problem
from ..tools.recurrence import to_utc

MAX_PHOTOS = 5
# Hours of the day a customer may ask for, on the clock of the site.
DAY_PARTS = {"any": (8, 18), "morning": (8, 12), "afternoon": (12, 18)}


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
        order = self._get_orders().browse(order_id).exists()
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
        over = ("done", "closed", "cancelled", "cannot_complete")
        return {
            "open": {
                "label": request.env._("Open"),
                "domain": Domain("state", "not in", over),
            },
            "over": {
                "label": request.env._("Past"),
                "domain": Domain("state", "in", over),
            },
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
        }

    def _get_search_inputs(self):
        label = request.env._("Number, problem or equipment")
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
            },
            "my_service_orders_history",
            False,
            **kwargs,
        )
        # The chatter knows its reader by the link, portal users included.
        values["token"] = order._portal_ensure_token()
        return request.render("field_service.portal_service_order", values)

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
            except ValidationError as problem:
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

    # -------------------------------------------------------------------- requests
    @http.route("/my/work-orders/new", type="http", auth="user", website=True)
    def portal_service_request(self, **kwargs):
        """Ask for work."""
        if not self._may_request():
            return request.redirect("/my/work-orders")
        error = None
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    order = self._make_request(kwargs)
                return request.redirect(order.get_portal_url(query_string="&done=sent"))
            except ValidationError as problem:
                error = str(problem)
        return request.render(
            "field_service.portal_service_request",
            {
                **self._prepare_portal_layout_values(),
                **self._get_request_choices(),
                "page_name": "service_request",
                "error": error,
                "values": kwargs,
                "today": fields.Date.context_today(self._get_orders()),
                "max_photos": MAX_PHOTOS,
            },
        )

    def _get_request_choices(self):
        """Return the addresses and the equipment the customer may choose from."""
        customer = request.env.user.partner_id.commercial_partner_id
        # Read for the customer himself, who has no right on equipment.
        family = customer.sudo().search(
            [("id", "child_of", customer.id), ("type", "!=", "private")]
        )
        assets = request.env["field.service.asset"].sudo()
        return {
            "sites": family,
            "assets": assets.search(
                [
                    ("partner_id", "in", family.ids),
                    ("company_id", "=", request.env.company.id),
                ]
            ),
        }

    def _make_request(self, form):
        """Create the order that a form asks for.

        :raises ValidationError: saying what is wrong with it
        """
        photos = self._read_photos()
        partner = request.env.user.partner_id
        site = _read_id(form.get("site_id"))
        values = {
            "description": form.get("description"),
            "site_id": site,
            "asset_ids": [_read_id(form["asset_id"])] if form.get("asset_id") else [],
            **self._read_wish(form, site),
        }
        orders = self._get_orders().with_company(request.env.company)
        order = orders._create_from_request(partner, values)
        if photos:
            order.message_post(
                author_id=partner.id,
                body=request.env._("Photos sent with the request."),
                attachments=photos,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return order

    def _read_wish(self, form, site):
        """Return the requested window: a part of a day on the clock of the site."""
        if not form.get("day"):
            return {}
        try:
            day = fields.Date.to_date(form["day"])
        except ValueError as error:
            raise ValidationError(
                request.env._("Choose the day from the calendar.")
            ) from error
        partner = request.env["res.partner"].sudo().browse(site or [])
        company = request.env.company.sudo()
        zone = partner.tz or company.partner_id.tz or "UTC"
        first, last = DAY_PARTS.get(form.get("part"), DAY_PARTS["any"])
        start, stop = (
            to_utc(datetime.combine(day, time(hour)), zone) for hour in (first, last)
        )
        return {"requested_start": start, "requested_stop": stop}

    def _read_photos(self):
        """Return the photos of a form as attachments.

        :raises ValidationError: naming the file that is too many, too big or no photo
        """
        files = [
            file
            for file in request.httprequest.files.getlist("photos")
            if file.filename
        ]
        if len(files) > MAX_PHOTOS:
            raise ValidationError(
                request.env._("Send at most %(count)s photos.", count=MAX_PHOTOS)
            )
        photos = []
        for file in files:
            content = file.read()
            problem = image_problem(base64.b64encode(content))
            if problem:
                raise ValidationError(
                    request.env._(
                        "%(name)s is too large or not a photo. Send JPEG or PNG files "
                        "of up to 20 MB.",
                        name=file.filename,
                    )
                )
            photos.append((file.filename, content))
        return photos

    @http.route(
        "/my/work-orders/<int:order_id>/withdraw",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_service_withdraw(self, order_id, access_token=None, **kwargs):
        """Withdraw a request that nobody has taken up yet."""
        return self._open(order_id, access_token, self._withdraw)

    def _withdraw(self, order):
        try:
            with request.env.cr.savepoint():
                order._withdraw_request()
        except ValidationError:
            return request.redirect(order.get_portal_url(query_string="&done=late"))
        return request.redirect(order.get_portal_url(query_string="&done=withdrawn"))


def _read_id(text):
    """Return a record's id from a form; False for none, and for what is none."""
    return int(text) if text and text.isdigit() else False


def _write_window(start, stop):
    return f"{fields.Datetime.to_string(start)}/{fields.Datetime.to_string(stop)}"


def _read_window(text):
    """Return (start, stop) from a form.

    :raises ValidationError: when it is no window
    """
    try:
        start, stop = (fields.Datetime.to_datetime(part) for part in text.split("/"))
    except (AttributeError, ValueError) as error:
        raise ValidationError(request.env._("Choose one of the times.")) from error
    return start, stop
