import base64
from datetime import datetime, time

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..tools.images import image_problem
from ..tools.recurrence import to_utc
from .portal import FieldServicePortal

MAX_PHOTOS = 5
# Hours of the day a customer may ask for, on the clock of the site.
DAY_PARTS = {"any": (8, 18), "morning": (8, 12), "afternoon": (12, 18)}


class FieldServicePortalRequest(FieldServicePortal):
    """Requests: what a customer asks for becomes a new work order."""

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
            except UserError as problem:
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
                    ("removed_on", "=", False),
                ]
            ),
        }

    def _make_request(self, form):
        """Create the order that a form asks for.

        :raises ValidationError: saying what is wrong with it
        """
        photos = self._read_photos()
        partner = request.env.user.partner_id
        site = read_id(form.get("site_id"))
        values = {
            "description": read_text(form.get("description")),
            "site_id": site,
            "asset_ids": [read_id(form["asset_id"])] if form.get("asset_id") else [],
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
        except (TypeError, ValueError) as error:
            raise ValidationError(
                request.env._("Choose the day from the calendar.")
            ) from error
        # The clock of an address is no secret; which addresses are his is checked with
        # the request.
        partner = request.env["res.partner"].sudo().browse(site or []).exists()
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
        except UserError:
            return request.redirect(order.get_portal_url(query_string="&done=late"))
        return request.redirect(order.get_portal_url(query_string="&done=withdrawn"))


def read_text(text):
    """Return the text of a form's field; none of what is a file, or no text."""
    return text.replace("\0", "") if isinstance(text, str) else ""


def read_id(text):
    """Return a record's id from a form; False for none, -1 for what is nobody's."""
    if not text:
        return False
    known = isinstance(text, str) and text.isascii() and text.isdigit()
    # Longer numbers are no record's, and too great for the database.
    return int(text) if known and len(text) < 10 else -1
