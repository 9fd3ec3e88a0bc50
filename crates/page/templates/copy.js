// Commands that can be copied, on every page.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const command = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(command);
    // Where the browser lets no page write to the clipboard, what is selected can be copied by hand.
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = say("Copied");
    } catch {
      button.textContent = say("Selected");
    }
  });
}
