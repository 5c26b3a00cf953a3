import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.image import image_process

from ..tools.images import MAX_BYTES, MAX_PIXELS, image_problem
from .field_service_question_mixin import PHOTO_TAGS

# What a photo is scaled to in a report: two stand side by side on a page.
REPORT_SIZE = (640, 480)


class FieldServicePhoto(models.Model):
    """A photo that documents a work order, or answers a question of it."""

    _name = "field.service.photo"
    _description = "Photo"
    _order = "taken_on, id"
    _check_company_auto = True

    name = fields.Char(string="Description")
    image = fields.Image(max_width=1920, max_height=1920, required=True)
    tag = fields.Selection(
        selection=PHOTO_TAGS,
        string="Photo Of",
        default="other",
        required=True,
    )
    answer_id = fields.Many2one(
        comodel_name="field.service.checklist.answer",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    taken_on = fields.Datetime(default=fields.Datetime.now, required=True)
    taken_by_id = fields.Many2one(
        comodel_name="res.users",
        default=lambda self: self.env.user,
        readonly=True,
        index="btree_not_null",
    )

    @api.constrains("answer_id", "visit_id", "order_id")
    def _check_order(self):
        for photo in self:
            if (photo.answer_id.order_id | photo.visit_id.order_id) - photo.order_id:
                raise ValidationError(
                    self.env._("A photo belongs to the work order that it answers.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_image(vals.get("image"), vals.get("name"))
        photos = super().create([self._complete_values(vals) for vals in vals_list])
        photos._after_change(photos.order_id)
        return photos

    def write(self, vals):
        self._check_image(vals.get("image"), vals.get("name"))
        self.order_id._check_documents_open()
        orders = self.order_id
        result = super().write(vals)
        self._after_change(orders | self.order_id)
        return result

    def unlink(self):
        orders = self.order_id
        self.order_id._check_documents_open()
        result = super().unlink()
        orders._process_documents()
        return result

    @api.model
    def _complete_values(self, vals):
        """Return values with what follows from the question or the visit."""
        answer = self.env["field.service.checklist.answer"].browse(
            vals.get("answer_id")
        )
        visit = self.env["field.service.visit"].browse(vals.get("visit_id"))
        known = {"order_id": (answer or visit).order_id.id}
        if answer.photo_tag:
            known["tag"] = answer.photo_tag
        return {**known, **vals}

    def _after_change(self, orders):
        orders._check_documents_open()
        orders._process_documents()

    @api.model
    def _check_image(self, data, name=None):
        """Refuse what is no picture, with a message a person can act on.

        :param data: the file in base64; nothing to check when empty
        :param name: what to call the file
        """
        problem = image_problem(data) if data else None
        if not problem:
            return
        file = name or self.env._("The photo")
        size = MAX_BYTES // 1024 // 1024
        raise ValidationError(
            {
                "size": self.env._(
                    "%(file)s is larger than %(size)s MB: take it with a lower "
                    "resolution. Nothing else was changed.",
                    file=file,
                    size=size,
                ),
                "pixels": self.env._(
                    "%(file)s has more than %(size)s million pixels: take it with a "
                    "lower resolution. Nothing else was changed.",
                    file=file,
                    size=MAX_PIXELS // 1_000_000,
                ),
                "image": self.env._(
                    "%(file)s is not a picture that can be read (JPEG, PNG, GIF "
                    "or BMP): take it again. Nothing else was changed.",
                    file=file,
                ),
            }[problem]
        )

    def _get_report_image(self):
        """Return the photo in base64, small enough for a document."""
        source = base64.b64decode(self.with_context(bin_size=False).image)
        return base64.b64encode(
            image_process(source, size=REPORT_SIZE, quality=80, output_format="JPEG")
        )
