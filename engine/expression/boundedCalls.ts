/**
 * Asks for several things at once, at most `most` of them; what is answered stands in the place of its question. The first that fails ends it: nothing more is asked then.
 */
export async function boundedCalls<Q, A>(questions: readonly Q[], most: number, ask: (question: Q) => Promise<A>): Promise<A[]> {
  const answers: A[] = [];
  answers.length = questions.length;
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < questions.length && !failed) {
      const place = next++;
      try {
        answers[place] = await ask(questions[place]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, questions.length) }, worker));
  return answers;
}
