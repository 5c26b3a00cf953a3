const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * Drag with the mouse, as a hand does: press, move in steps, release.
 *
 * @param {HTMLElement} source
 * @param {{x: number, y: number}} to where to release, in the window
 * @param {{x: number, y: number}} [from] where to press; the middle by default
 */
export async function dragByHand(source, to, from = null) {
    const rect = source.getBoundingClientRect();
    const start = from || {x: rect.x + rect.width / 3, y: rect.y + rect.height / 2};
    const fire = (target, name, {x, y}, buttons = 1) => {
        const values = {
            bubbles: true,
            cancelable: true,
            view: window,
            clientX: x,
            clientY: y,
            button: 0,
            buttons,
        };
        const pointer = {...values, pointerId: 1, pointerType: "mouse", isPrimary: true};
        target.dispatchEvent(new PointerEvent(`pointer${name}`, pointer));
        target.dispatchEvent(new MouseEvent(`mouse${name}`, values));
    };
    fire(source, "down", start);
    await nextFrame();
    for (const part of [0.1, 0.5, 1, 1]) {
        const at = {
            x: start.x + (to.x - start.x) * part,
            y: start.y + (to.y - start.y) * part,
        };
        fire(document.elementFromPoint(at.x, at.y) || document.body, "move", at);
        await nextFrame();
    }
    fire(document.elementFromPoint(to.x, to.y) || document.body, "up", to, 0);
    await nextFrame();
}
