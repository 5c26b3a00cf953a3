/** Steps on the technician's phone that several tours take. */

export const tap = (label) => ({
    content: `Tap ${label}`,
    trigger: `.o_fs_bar .btn:enabled:contains('${label}')`,
    run: "click",
});
export const next = (label) => ({
    content: `What comes next is ${label}`,
    trigger: `.o_fs_next:contains('${label}')`,
});

export const takePhoto = (question) => ({
    content: `Take a photo of ${question}`,
    trigger: `.o_fs_question:contains('${question}') label`,
    async run({anchor}) {
        const canvas = document.createElement("canvas");
        canvas.width = 3000;
        canvas.height = 2000;
        canvas.getContext("2d").fillRect(0, 0, 1500, 2000);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve));
        const files = new DataTransfer();
        files.items.add(new File([blob], "photo.png", {type: "image/png"}));
        const input = anchor.querySelector("input");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
    },
});

export const sign = (name) => [
    {
        content: "Sign",
        trigger: ".o_fs_card .btn:contains('Sign')",
        run: "click",
    },
    {
        content: "Draw a line",
        trigger: ".o_fs_pad",
        async run({anchor}) {
            const {left, top} = anchor.getBoundingClientRect();
            const move = (type, target, x) =>
                target.dispatchEvent(
                    new PointerEvent(type, {
                        clientX: left + x,
                        clientY: top + x,
                        pointerId: 1,
                        isPrimary: true,
                        buttons: 1,
                        button: 0,
                        bubbles: true,
                        cancelable: true,
                    })
                );
            move("pointerdown", anchor, 20);
            for (const x of [40, 80, 120]) {
                await new Promise((resolve) => setTimeout(resolve, 30));
                move("pointermove", anchor, x);
            }
            move("pointerup", anchor, 120);
        },
    },
    {
        content: "Who signs",
        trigger: ".o_fs_sheet input[name='signed_by']",
        run: `edit ${name}`,
    },
    {
        content: "Done",
        trigger: ".o_fs_sign:enabled",
        run: "click",
    },
    {
        content: "It is signed",
        trigger: `.o_fs_card:contains('Signed by ${name}')`,
    },
];
