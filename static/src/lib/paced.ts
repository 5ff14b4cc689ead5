/** Runs at once, and whatever asks for it meanwhile once more after the pause: the last call is never lost. */
export function paced(run: () => void, pause: number): () => void {
  let isResting = false;
  let isDue = false;
  const begin = () => {
    isResting = true;
    isDue = false;
    run();
    setTimeout(() => {
      isResting = false;
      if (isDue) begin();
    }, pause);
  };
  return () => {
    if (isResting) isDue = true;
    else begin();
  };
}
